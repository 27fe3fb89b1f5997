import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { dashboards, namesIn, parseRules, rulesYaml, type DashboardJson } from '@primes/monitoring';
import { primes } from '@primes/primes';
import { eventually } from '@primes/testing';
import type { VictoriaMetrics } from './victoria-metrics.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A query and its source: an alert, a panel or a trigger. */
export type Query = readonly [source: string, expr: string];

export const RULES = rulesYaml(primes.metricPrefix);
export const ALERTS: readonly Query[] = parseRules(RULES).groups.flatMap((group) =>
  group.rules.map(({ alert, expr }) => [alert, expr] as const),
);

/** The queries of the dashboards and of KEDA's trigger `prometheus`, for the namespace of an installation. */
export function queriesIn(namespace: string): readonly Query[] {
  const built = dashboards(primes) as unknown as readonly DashboardJson[];
  const panels = built.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => [[title, panel.title].join(': '), expr] as const),
    ),
  );
  const triggers = readFileSync(join(ROOT, 'charts/primes/templates/worker/_triggers.tpl'), 'utf8');
  const trigger = /query: \{\{ printf `(.*?)`/.exec(triggers)?.[1] ?? '';
  return [
    ...panels,
    ['ScaledObject', trigger.replaceAll('%[1]s', primes.metricPrefix).replaceAll('%[2]s', namespace)],
  ];
}

/** Waits until a query returns data. */
export async function hasData(metrics: VictoriaMetrics, expr: string): Promise<void> {
  const query = expr.replaceAll('$__rate_interval', '2m').replaceAll('$namespace', '.*');
  await eventually(
    async () => {
      expect((await metrics.query(query)).length).toBeGreaterThan(0);
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
}

/** Expects that all metrics of a query exist, and that one of them has each label. */
export async function usesOnlyExisting(metrics: VictoriaMetrics, expr: string): Promise<void> {
  const { metrics: names, labels } = namesIn(expr);
  const found = await Promise.all([...names].map((name) => metrics.series(name)));
  for (const series of found) expect(series).not.toEqual([]);
  for (const label of labels) expect(found.flat().flatMap((series) => Object.keys(series))).toContain(label);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Expects that no label contains the id of a task or a request. */
export async function containsNoIds(metrics: VictoriaMetrics): Promise<void> {
  for (const labels of await metrics.series('{__name__!=""}')) {
    expect(Object.values(labels).join(' ')).not.toMatch(UUID);
  }
}
