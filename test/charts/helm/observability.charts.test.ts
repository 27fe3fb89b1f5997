import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DASHBOARDS } from '@primes/monitoring';
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

  it('makes all that is ours, each once', async () => {
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

  it('gives Grafana the dashboards as they are in the code', async () => {
    await using own = await ownPart();
    const maps = (await own.render()) as unknown as { data?: Record<string, string> }[];
    for (const dashboard of DASHBOARDS) {
      const file = `${dashboard.uid ?? ''}.json`;
      const text = maps.map(({ data }) => data?.[file]).find((found) => found !== undefined);
      expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify(dashboard)));
    }
  });

  it.each(['VMRule', 'PrometheusRule'])('makes a %s of the rules that vmalert reads', async (kind) => {
    await using own = await ownPart();
    const rules = (await own.render([`rules.kind=${kind}`])).find((manifest) => manifest.kind === kind);
    const source: unknown = parse(await readFile(join(ROOT, 'monitoring/rules/primes.yaml'), 'utf8'));
    expect(rules?.spec).toEqual(source);
  });

  it('pins the charts that it wraps', async () => {
    const chart = parse(await readFile(join(ROOT, 'charts/observability/Chart.yaml'), 'utf8')) as {
      dependencies: { name: string; version: string }[];
    };
    for (const { version } of chart.dependencies) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
