const test = String.raw`(\.test\.ts$|(^|/)test/|^dev/|^bench/|/bench/)`;

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
      name: 'contracts-depends-on-zod-alone',
      severity: 'error',
      from: { path: '^packages/contracts/src', pathNot: test },
      to: { pathNot: '^packages/contracts/|node_modules/zod/' },
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
      name: 'service-kit-knows-no-domain',
      severity: 'error',
      from: { path: '^packages/service-kit/src' },
      to: { path: '^packages/(contracts|sieve|prime-store)/' },
    },
    {
      name: 'domain-packages-never-import-service-kit',
      severity: 'error',
      from: { path: '^packages/(contracts|sieve|prime-store)/src' },
      to: { path: '^packages/service-kit/' },
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
      from: { path: '^services/[^/]+/src/', pathNot: `${test}|/(main|serve)\\.ts$` },
      to: { path: '^services/[^/]+/src/(app|main)\\.ts$' },
    },
    {
      name: 'no-import-through-another-packages-src',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/', pathNot: test },
      to: { path: '^packages/[^/]+/(src|dist)/(?!index)', pathNot: '^packages/$2/' },
    },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      from: { pathNot: `${test}|^packages/testing/` },
      to: { path: '^packages/testing/' },
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
      conditionNames: ['source', 'import', 'node', 'types', 'default'],
    },
  },
};
