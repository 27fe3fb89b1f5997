import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { DASHBOARDS, namesIn, parseRules, type Board } from '@primes/monitoring';
import { eventually } from '@primes/testing';
import type { VictoriaMetrics } from './victoria-metrics.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A query, and who asks it. */
export type Asked = readonly [who: string, expr: string];

export const RULES = readFileSync(join(ROOT, 'monitoring/rules/primes.yaml'), 'utf8');
export const ALERTS: readonly Asked[] = parseRules(RULES).groups.flatMap((group) =>
  group.rules.map(({ alert, expr }) => [alert, expr] as const),
);

/** What dashboards ask, and KEDA with the trigger `prometheus`, in the namespace of an installation. */
export function queriesIn(namespace: string): readonly Asked[] {
  const boards = DASHBOARDS as unknown as readonly Board[];
  const panels = boards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => [[title, panel.title].join(': '), expr] as const),
    ),
  );
  const triggers = readFileSync(join(ROOT, 'charts/primes/templates/worker/_triggers.tpl'), 'utf8');
  const trigger = /query: \{\{ printf `(.*?)`/.exec(triggers)?.[1] ?? '';
  return [...panels, ['ScaledObject', trigger.replaceAll('%s', namespace)]];
}

/** Waits until a query of a dashboard has an answer. */
export async function hasData(metrics: VictoriaMetrics, expr: string): Promise<void> {
  const asked = expr.replaceAll('$__rate_interval', '2m').replaceAll('$namespace', '.*');
  await eventually(
    async () => {
      expect((await metrics.query(asked)).length).toBeGreaterThan(0);
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
}

/** All metrics that a query names are there, and each label that it names on one of them. */
export async function namesWhatExists(metrics: VictoriaMetrics, expr: string): Promise<void> {
  const { metrics: names, labels } = namesIn(expr);
  const found = await Promise.all([...names].map((name) => metrics.series(name)));
  for (const series of found) expect(series).not.toEqual([]);
  for (const label of labels) expect(found.flat().flatMap((series) => Object.keys(series))).toContain(label);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** No series has a label that names a task or a request. */
export async function carriesNoIds(metrics: VictoriaMetrics): Promise<void> {
  for (const labels of await metrics.series('{__name__!=""}')) {
    expect(Object.values(labels).join(' ')).not.toMatch(UUID);
  }
}
