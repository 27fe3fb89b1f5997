const test = String.raw`(\.test\.ts$|(^|/)test/|^dev/|^bench/|/bench/)`;

/** Tests of what this project installs and observes, and of the primes. All other tests run the echo job. */
const testsOfPrimes = String.raw`^test/(primes|browser|charts|cluster|failover|telemetry|faults/(rollout|failover))`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'packages-never-import-services',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      // Of the libraries that the interface of a job names it takes the types.
      name: 'contracts-depends-on-zod-and-types',
      severity: 'error',
      from: { path: '^packages/contracts/src', pathNot: test },
      to: { pathNot: '^packages/contracts/|node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sieve-depends-on-nothing',
      severity: 'error',
      from: { path: '^packages/sieve/src', pathNot: `${test}|^packages/sieve/src/pool/` },
      to: { pathNot: '^packages/sieve/' },
    },
    {
      name: 'sieve-pool-depends-on-node-alone',
      severity: 'error',
      from: { path: '^packages/sieve/src/pool', pathNot: test },
      to: { pathNot: '^packages/sieve/', dependencyTypesNot: ['core'] },
    },
    {
      // Tests too: they use the echo job.
      name: 'only-the-job-knows-sieve-and-store',
      severity: 'error',
      from: { pathNot: `^packages/(primes|sieve|prime-store)/|^bench/|${testsOfPrimes}` },
      to: { path: '^packages/(sieve|prime-store)/' },
    },
    {
      name: 'only-main-imports-the-job',
      severity: 'error',
      from: {
        pathNot: `^packages/primes/|^bench/|^services/[^/]+/(src|web)/main\\.ts$|^dev/generate\\.ts$|${testsOfPrimes}`,
      },
      to: { path: '^packages/primes/' },
    },
    {
      name: 'tests-of-primes-help-no-others',
      severity: 'error',
      from: { pathNot: testsOfPrimes },
      to: { path: '^test/primes/' },
    },
    {
      name: 'domain-packages-never-import-service-kit',
      severity: 'error',
      from: { path: '^packages/(contracts|sieve|prime-store)/src' },
      to: { path: '^packages/service-kit/' },
    },
    {
      // It runs in browsers too.
      name: 'client-imports-neither-node-nor-our-packages',
      severity: 'error',
      from: { path: '^packages/client/src', pathNot: test },
      to: { path: '^(packages/(?!client/)|services/)|^(node:)?[a-z_]+$' },
    },
    {
      // A browser verifies no webhook.
      name: 'client-without-standardwebhooks',
      severity: 'error',
      from: { path: '^packages/client/src', pathNot: `${test}|/webhook\\.ts$` },
      to: { path: 'node_modules/standardwebhooks/' },
    },
    {
      name: 'use-cases-know-no-http',
      severity: 'error',
      from: { path: '^services/[^/]+/src/tasks/' },
      to: { path: 'node_modules/(@types/)?express/|^services/[^/]+/src/(routes|app)' },
    },
    {
      name: 'routes-never-import-the-app',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: `${test}|/(main|serve|run-[a-z]+)\\.ts$` },
      to: { path: '^services/[^/]+/src/(app|main)\\.ts$' },
    },
    {
      // The api and the gateway load what reads bitmaps, no kernel and no thread pool.
      name: 'only-runs-sieve',
      severity: 'error',
      from: { path: '^packages/(prime-store|primes)/src/', pathNot: `${test}|^packages/primes/src/run/` },
      to: { path: '^packages/sieve/src/index' },
    },
    {
      name: 'no-import-through-another-packages-src',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/', pathNot: test },
      to: {
        path: '^packages/[^/]+/(src|dist)/(?!((run|result|sample|explore)/)?index|runtime\\.|bitmap\\.|prime-text\\.)',
        pathNot: '^packages/$2/',
      },
    },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      from: { pathNot: `${test}|^packages/testing/` },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'dev-imports-neither-test-nor-bench',
      severity: 'error',
      from: { path: '^dev/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'test-never-imports-bench',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^bench/' },
    },
    {
      name: 'bench-never-imports-test',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^test/' },
    },
    {
      name: 'otel-sdk-only-in-register',
      severity: 'error',
      from: { pathNot: '^packages/service-kit/src/telemetry/register' },
      to: { path: 'node_modules/@opentelemetry/sdk-' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
