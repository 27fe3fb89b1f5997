# syntax=docker/dockerfile:1
# One image a service (--target api, worker, metrics-gateway), and `dev` for working on them in a cluster.
# `npm run images` builds the three. Their layers are the same but for the last.

# All bases, here alone. Their Node is the same major version, so what runs is what was built and tested.
ARG BUILD_BASE=node:24-bookworm-slim
ARG RUN_BASE=gcr.io/distroless/nodejs24-debian12:nonroot

# Only what npm reads, so that a changed source file does not install anything again.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
    && find . -type d -empty -delete

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /app
COPY --from=manifests /app .
# Without scripts: no dependency needs one, and the package `node` would only bring a second Node.
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache --ignore-scripts
COPY . .
RUN node node_modules/typescript/bin/tsc -b && node packages/sieve/assembly/build.mjs
# The parts that are run, and what they read.
RUN mkdir /run-time \
    && cp -r --parents packages/*/package.json packages/*/dist packages/sieve/wasm \
       services/*/package.json services/*/dist services/metrics-gateway/proto /run-time \
    && rm -r /run-time/packages/testing

# What the services depend on at run time, all three together. Optional packages are left out: TypeScript, which a
# validator has types for, and native code that unpacks faster what we never unpack. So there is nothing native in it,
# and it is the same for every platform.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS production
WORKDIR /app
COPY --from=manifests /app .
RUN --mount=type=cache,target=/npm-cache \
    npm ci --cache /npm-cache --ignore-scripts --omit=dev --omit=optional \
    --workspace services/api --workspace services/worker --workspace services/metrics-gateway \
    && rm -r packages/testing node_modules/@primes/testing
# Of ReDoc the bundle alone: what it was bundled from takes 90 MB.
COPY --from=build /app/node_modules/redoc/bundles/redoc.standalone.js node_modules/redoc/bundles/
COPY --from=build /run-time .

FROM ${BUILD_BASE} AS dev
WORKDIR /app
# Files are synchronised by this user, and Node writes none.
COPY --from=build --chown=1000:1000 /app .
USER 1000:1000
ARG SERVICE
# A changed file comes by tar, which would replace it; Node watches the file that it started with, and no later one.
ENV SERVICE=${SERVICE} TAR_OPTIONS=--overwrite NODE_COMPILE_CACHE=/tmp/compiled
CMD ["sh", "-c", "exec node --conditions=source --watch services/$SERVICE/src/main.ts"]

FROM ${RUN_BASE} AS runtime
WORKDIR /app
# The young generation that V8 takes on a large machine, where by the container's limit it would take 1 MB: a submission
# costs 15 us of garbage collection instead of 32 with 2 MB and 82 with 1 (32 clients, Node 24.21, x64). Services give it
# back when they are idle, which needs the collector to be exposed. One arena of malloc's for all threads saves 2 to 5 MB.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=16 --expose-gc" MALLOC_ARENA_MAX=1
USER 65532:65532
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/packages packages
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Primes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS api
LABEL org.opencontainers.image.title="primes-api" \
      org.opencontainers.image.description="HTTP in, queue out; streams results from the prime store"
COPY --from=production /app/services/api services/api
EXPOSE 8000
CMD ["services/api/dist/main.js"]

FROM runtime AS worker
LABEL org.opencontainers.image.title="primes-worker" \
      org.opencontainers.image.description="Queue in, missing segments sieved into the prime store"
COPY --from=production /app/services/worker services/worker
EXPOSE 8001
CMD ["services/worker/dist/main.js"]

FROM runtime AS metrics-gateway
LABEL org.opencontainers.image.title="primes-metrics-gateway" \
      org.opencontainers.image.description="The queue's demand, as JSON and for KEDA"
COPY --from=production /app/services/metrics-gateway services/metrics-gateway
EXPOSE 8002 6000
CMD ["services/metrics-gateway/dist/main.js"]
