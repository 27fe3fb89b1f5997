import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dashboards, rulesYaml } from '@primes/monitoring';
import { primes } from '@primes/primes';
import { parse } from 'yaml';
import { ROOT } from '../../../dev/project.ts';
import { ownPart } from '../observability.ts';
import { helm } from '../render.ts';

describe('the chart observability', () => {
  it('passes the linter', async () => {
    await using own = await ownPart();
    const { ok, output } = await helm('lint', '--strict', own.chart);
    expect(ok ? '' : output).toBe('');
  });

  it('renders each of our objects once', async () => {
    await using own = await ownPart();
    const names = (await own.render()).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.sort()).toEqual([
      'ConfigMap dashboard-prime-api-metrics',
      'ConfigMap dashboard-prime-api-overview',
      'ConfigMap dashboard-queue-and-autoscaling',
      'ConfigMap dashboard-redis-metrics',
      'ConfigMap datasources-primes',
      'Secret grafana-admin',
      'VMRule primes-alerts',
    ]);
  });

  it('contains the generated dashboards', async () => {
    await using own = await ownPart();
    const maps = (await own.render()) as unknown as { data?: Record<string, string> }[];
    for (const dashboard of dashboards(primes)) {
      const file = `${dashboard.uid ?? ''}.json`;
      const text = maps.map(({ data }) => data?.[file]).find((found) => found !== undefined);
      expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify(dashboard)));
    }
  });

  it.each(['VMRule', 'PrometheusRule'])('renders a %s with the rules of vmalert', async (kind) => {
    await using own = await ownPart();
    const rules = (await own.render([`rules.kind=${kind}`])).find((manifest) => manifest.kind === kind);
    expect(rules?.spec).toEqual(parse(rulesYaml(primes.metricPrefix)));
  });

  it('monitors the whole cluster only with cluster.values.yaml', async () => {
    type Stack = Record<string, { enabled: boolean }>;
    const stack = async (file: string) =>
      (parse(await readFile(join(ROOT, 'charts/observability', file), 'utf8')) as { stack: Stack }).stack;
    const defaults = await stack('values.yaml');
    for (const [name, { enabled }] of Object.entries(await stack('cluster.values.yaml'))) {
      expect(enabled).toBe(true);
      expect(defaults[name]).toEqual({ enabled: false });
    }
  });

  it('leaves it to the operator to scrape VictoriaMetrics', async () => {
    const values = await readFile(join(ROOT, 'charts/observability/values.yaml'), 'utf8');
    expect(values).not.toContain('selfScrapeInterval');
  });

  it('pins the charts that it wraps', async () => {
    const chart = parse(await readFile(join(ROOT, 'charts/observability/Chart.yaml'), 'utf8')) as {
      dependencies: { name: string; version: string }[];
    };
    for (const { version } of chart.dependencies) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
