import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../dev/project.ts';

const MACHINERY = [
  'services/*/src/**/*.ts',
  'packages/{client,web}/src/**/*.{ts,tsx,css}',
  'packages/contracts/src/**/*.ts',
  'packages/service-kit/src/**/*.ts',
  'charts/primes/templates/**/*.{tpl,txt,yaml}',
  'monitoring/src/{dashboards/*,dashboard,panels}.ts',
  'monitoring/rules/alerts.yaml',
];
const JOB = ['charts/primes/templates/job/**'];
const MACHINERY_TESTS = [
  '{services/*,packages/service-kit}/test/**/*.ts',
  '{services/*,packages/{contracts,service-kit}}/src/**/*.test.ts',
];
const DOMAIN_WORDS = /prime|sieve|segment|manifest/i;

/** What may name the job: the scope of the packages, the imports in main.ts, and the name in URNs and spans. */
const ALLOWED = [
  /@primes\//,
  /^await run\w+\(primes, /,
  /^export const NAMESPACE = /,
  /`urn:primes:problem:…`/,
];

/** In tests also span attributes, the Kubernetes namespace, and what an earlier version stored. */
const ALLOWED_IN_TESTS = [
  ...ALLOWED,
  /urn:primes:problem:/,
  /\bprimes\.(job|task|outcome|svc)\b/,
  /namespace: 'primes'/,
  /\^primes\\\./,
  /segmentsDone/,
];

/** Helm has one namespace for the helpers of all charts, so their names begin with the chart's. */
const CHART_HELPER = /"primes\.[\w.]+"/g;

function domainLines(files: readonly string[], allowed: readonly RegExp[]): string[] {
  expect(files.length).toBeGreaterThan(20);
  return files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .replaceAll(CHART_HELPER, '')
      .split('\n')
      .filter((line) => DOMAIN_WORDS.test(line) && !allowed.some((each) => each.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

describe('the machinery', () => {
  it('does not know which job it runs', () => {
    const files = globSync(MACHINERY, { cwd: ROOT, exclude: ['**/*.test.ts', '**/generated/**', ...JOB] });
    expect(domainLines(files, ALLOWED)).toEqual([]);
  });

  it('has tests that do not know it either', () => {
    expect(domainLines(globSync(MACHINERY_TESTS, { cwd: ROOT }), ALLOWED_IN_TESTS)).toEqual([]);
  });
});
