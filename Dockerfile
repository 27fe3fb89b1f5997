# One image for each service (--target api, worker, metrics-gateway), and `dev` for development in a cluster.
# `npm run images` builds the three. They share all layers except the last.

# All base images, for all platforms; Renovate updates the digests. They have the same major version of Node, so the code
# runs on the version that it was tested with. `npm run images` omits the digest of an image that the engine has without one.
ARG BUILD_BASE=node:24-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20
ARG RUN_BASE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a

# Each RUN step is in a stage for the platform of the builder, so that images for another platform need no emulation.

# Only the files that npm reads, so that a changed source file does not invalidate the installation.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
    && find . -type d -empty -delete

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /app
COPY --from=manifests /app .
# Without scripts: no dependency needs one, and the package `node` would install a second Node.
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache --ignore-scripts
COPY . .
RUN node node_modules/typescript/bin/tsc -b && npm run --workspaces --if-present build
# The bundles and the files that they read. Source maps would make a start 150 ms longer.
RUN mkdir /run-time && cp -r --parents services/*/package.json services/*/dist /run-time \
    && find /run-time -type f \( -name '*.map' -o -name '*.d.ts' -o -name inputs.json \) -delete \
    && find /run-time -type d -empty -delete

# What the bundles do not contain: pages and definitions that dependencies have as files, and the licences of all
# dependencies. There is no native code, so the layer fits every platform.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS production
WORKDIR /app
COPY --from=manifests /app .
RUN --mount=type=cache,target=/npm-cache \
    npm ci --cache /npm-cache --ignore-scripts --omit=dev --omit=optional \
    --workspace services/api --workspace services/worker --workspace services/metrics-gateway \
    && rm -r node_modules/@primes \
    && find node_modules -type f ! -name package.json ! -iname 'licen[cs]e*' ! -iname 'notice*' \
       ! -path '*/@bull-board/ui/dist/*' ! -path '*/swagger-ui-dist/swagger-ui*' ! -path '*/swagger-ui-dist/favicon*' \
       ! -path '*/grpc-health-check/proto/*' -delete \
    && find node_modules -type f \( -name '*.map' -o -name 'swagger-ui-es-*' \) -delete \
    && find node_modules -type d -empty -delete
COPY --from=build /app/node_modules/redoc/bundles/redoc.standalone.js /app/node_modules/redoc/bundles/redoc.standalone.js.LICENSE.txt \
     node_modules/redoc/bundles/
COPY --from=build /run-time .

FROM ${BUILD_BASE} AS dev
WORKDIR /app
# This user receives the synchronised files; Node writes none.
COPY --from=build --chown=1000:1000 /app .
USER 1000:1000
ARG SERVICE
# Changed files arrive through tar, which would replace them; Node only watches the files that it started with.
ENV SERVICE=${SERVICE} TAR_OPTIONS=--overwrite NODE_COMPILE_CACHE=/tmp/compiled
CMD ["sh", "-c", "exec node --watch services/$SERVICE/src/main.ts"]

FROM ${RUN_BASE} AS runtime
WORKDIR /app
# A young generation of 16 MB, as V8 uses on a large machine; by the container's limit it would be 1 MB. A submission costs
# 15 us of garbage collection with 16 MB, 32 with 2 MB and 82 with 1 MB (32 clients, Node 24.21, x64). Idle services release
# it, which needs --expose-gc. A single malloc arena for all threads saves 2 to 5 MB.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=16 --expose-gc" MALLOC_ARENA_MAX=1
USER 65532:65532
COPY --from=production /app/node_modules node_modules
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Primes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS api
LABEL org.opencontainers.image.title="primes-api" \
      org.opencontainers.image.description="HTTP API: accepts tasks and returns their results"
COPY --from=production /app/services/api services/api
EXPOSE 8000
CMD ["services/api/dist/main.js"]

FROM runtime AS worker
LABEL org.opencontainers.image.title="primes-worker" \
      org.opencontainers.image.description="Takes tasks from the queue and runs them"
COPY --from=production /app/services/worker services/worker
EXPOSE 8001
CMD ["services/worker/dist/main.js"]

FROM runtime AS metrics-gateway
LABEL org.opencontainers.image.title="primes-metrics-gateway" \
      org.opencontainers.image.description="Metrics of the queue as JSON, and KEDA's external scaler"
COPY --from=production /app/services/metrics-gateway services/metrics-gateway
EXPOSE 8002 6000
CMD ["services/metrics-gateway/dist/main.js"]
