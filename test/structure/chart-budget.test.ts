import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../dev/project.ts';
import { BUDGET } from '../../services/api/src/queue/memory-budget.ts';

describe("the chart's check of the queue's memory", () => {
  const checks = readFileSync(join(ROOT, 'charts/primes/templates/checks.yaml'), 'utf8');

  it.each(Object.entries(BUDGET))('uses the %s of the api', (name, value) => {
    expect(checks).toContain(`{{- $${name} := ${value} }}`);
  });
});
