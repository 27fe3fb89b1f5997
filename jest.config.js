import { availableParallelism } from 'node:os';

const shared = {
  testEnvironment: 'node',
  // Node 24 strips the types itself: no transformer, and stack traces point at the source.
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  // The charts that ours wrap may have snapshots of their own, which Jest would take for left over.
  modulePathIgnorePatterns: ['/dist/', '/.data/', '<rootDir>/charts/'],
};
const redis = {
  globalSetup: '<rootDir>/packages/testing/src/jest-redis-setup.ts',
  globalTeardown: '<rootDir>/packages/testing/src/jest-redis-teardown.ts',
};

/** @type {import('jest').Config} */
export default {
  // Most tests wait for processes and timers: on 2 cores, unit and integration tests take 8.5 minutes with 2 workers, and
  // 4.2 with 4. CI takes the time: with 4, one of 2,500 tests missed a timeout of the service in two of three runs.
  maxWorkers: (process.env.CI ? 1 : 2) * availableParallelism(),
  // A loaded machine makes a test slow, not wrong: this only ends one that hangs.
  testTimeout: 180_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{packages,services}/*/src/**/*.test.ts',
        '<rootDir>/{dev,monitoring/src}/**/*.test.ts',
        '<rootDir>/test/{chaos,docs,images,runner,structure}/*.test.ts',
      ],
    },
    {
      ...shared,
      ...redis,
      displayName: 'int',
      testMatch: [
        '<rootDir>/{packages,services}/*/test/**/*.int.test.ts',
        // The services with the primes. All other tests of the services use the echo job.
        '<rootDir>/test/primes/*.int.test.ts',
      ],
    },
    {
      ...shared,
      ...redis,
      displayName: 'e2e',
      // Beside the whole-system tests those of one service that take long.
      testMatch: ['<rootDir>/test/{e2e,primes}/*.e2e.test.ts', '<rootDir>/services/*/test/*.e2e.test.ts'],
    },
    {
      ...shared,
      ...redis,
      displayName: 'faults',
      testMatch: [
        '<rootDir>/test/{faults,primes}/*.faults.test.ts',
        '<rootDir>/services/*/test/*.faults.test.ts',
      ],
    },
    // What a person does, in a real Chromium; `npm test -- --faults` looks for it first.
    { ...shared, ...redis, displayName: 'browser', testMatch: ['<rootDir>/test/browser/*.browser.test.ts'] },
    // Replaces the primary of Redis many times; `npm run test:failover` says how often.
    { ...shared, displayName: 'failover', testMatch: ['<rootDir>/test/failover/*.failover.test.ts'] },
    { ...shared, displayName: 'charts', testMatch: ['<rootDir>/test/charts/**/*.charts.test.ts'] },
    // What runs against a cluster; `npm run test:cluster` prepares it.
    { ...shared, displayName: 'cluster', testMatch: ['<rootDir>/test/cluster/*.cluster.test.ts'] },
    // What needs the engines of observability; `npm run test:telemetry` looks for them first.
    {
      ...shared,
      displayName: 'telemetry',
      testMatch: ['<rootDir>/test/telemetry/*.telemetry.test.ts'],
    },
    { ...shared, displayName: 'slow', testMatch: ['<rootDir>/packages/*/test/**/*.slow.test.ts'] },
  ],
};
