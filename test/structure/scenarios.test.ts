import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const CLUSTER = fileURLToPath(new URL('../cluster', import.meta.url));

describe('the scenarios on a cluster', () => {
  it('are numbered without gaps, so that a number names one', () => {
    const numbers = globSync('*.cluster.test.ts', { cwd: CLUSTER }).map((file) => parseInt(file, 10));
    expect(numbers.sort((a, b) => a - b)).toEqual([...numbers.keys()]);
  });
});
