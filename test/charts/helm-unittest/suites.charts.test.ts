import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { documentedValues } from '../../../dev/generate/values-table.ts';
import { ownPart } from '../observability.ts';
import { CHART, helm } from '../render.ts';

interface Suite {
  readonly set?: object;
  readonly tests: readonly { readonly set?: object }[];
}

describe('the suites of helm-unittest', () => {
  it('pass', async () => {
    const { ok, output } = await helm('unittest', '--strict', '--file', 'tests/**/*_test.yaml', CHART);
    expect(ok ? '' : output).toBe('');
  });

  it('of the chart observability pass', async () => {
    await using own = await ownPart();
    const { ok, output } = await helm('unittest', '--strict', own.chart);
    expect(ok ? '' : output).toBe('');
  });

  it('set every value at least once', async () => {
    const set = await pathsThatAreSet();
    const values = documentedValues(await readFile(join(CHART, 'values.yaml'), 'utf8'));
    const untested = values
      .map(({ path }) => path)
      .filter((path) => !set.some((other) => other === path || other.startsWith(`${path}.`)));
    expect(untested).toEqual([]);
  });
});

async function pathsThatAreSet(): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of glob(join(CHART, 'tests/**/*_test.yaml'))) {
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      const suite = document.toJS() as Suite;
      for (const { set = {} } of [suite, ...suite.tests]) paths.push(...leaves(set));
    }
  }
  return paths;
}

/** Paths of all values that are not maps, and of empty maps. */
function leaves(value: unknown, path = ''): string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, path === '' ? key : `${path}.${key}`));
}
