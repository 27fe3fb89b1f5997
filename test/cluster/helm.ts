import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { NAMESPACE } from './kubectl.ts';
import { run } from '../../dev/command.ts';
import { autoscalersComplete } from './workers.ts';

export const RELEASE = 'primes';
export const CHART = fileURLToPath(new URL('../../charts/primes', import.meta.url));

export interface Values {
  readonly [key: string]: string | number | boolean | null | readonly unknown[] | Values;
}

/**
 * Removes idle workers early; otherwise a test would wait for minutes until there are none. Workers log the start of a
 * task, which `podsOf` reads.
 */
export const QUICK: Values = {
  scaling: { cooldownPeriod: 11, scaleDownStabilization: 10 },
  config: { common: { LOG_LEVEL: 'debug' } },
};

/** The values of a file in charts/primes/examples. */
export async function exampleValues(file: string): Promise<Values> {
  return parse(await readFile(join(CHART, 'examples', file), 'utf8')) as Values;
}

/** Installs or upgrades the release with these values, and waits until it is ready and can be scaled. */
export async function install(...values: readonly Values[]): Promise<void> {
  await upgrade(...values);
  await autoscalersComplete();
}

/** The same, but waits only until it is ready. */
export async function upgrade(...values: readonly Values[]): Promise<void> {
  const merged = values.reduce(merge, {});
  await helm(
    ['upgrade', RELEASE, CHART, '--install', '--values', '-', '--reset-values', '--wait', '--timeout', '4m'],
    { input: JSON.stringify(merged), timeoutMs: 270_000 },
  );
}

export function helm(
  args: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<string> {
  return run(['helm', '--namespace', NAMESPACE, ...args], options);
}

/** Merges values as Helm does. */
export function merge(one: Values, other: Values): Values {
  const merged: Record<string, Values[string]> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const there = merged[key];
    merged[key] = isValues(there) && isValues(value) ? merge(there, value) : value;
  }
  return merged;
}

function isValues(value: Values[string] | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
