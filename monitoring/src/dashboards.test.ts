import { describe, expect, it } from '@jest/globals';
import { dashboards } from './index.ts';
import { namesIn } from './promql.ts';

interface Panel {
  title: string;
  type: string;
  description?: string;
  datasource?: { uid: string };
  targets?: { refId: string; expr: string; legendFormat: string }[];
  gridPos: { x: number; y: number; w: number; h: number };
  options: { legend?: { showLegend: boolean } };
  fieldConfig: {
    defaults: {
      unit?: string;
      max?: number;
      thresholds?: { steps: unknown[] };
      custom?: { thresholdsStyle?: { mode: string } };
    };
  };
}

const built = dashboards({ name: 'words', metricPrefix: 'word_count' }).map((dashboard) => ({
  ...dashboard,
  panels: dashboard.panels as unknown as Panel[],
}));
const panels = built.flatMap(({ title, panels }) =>
  panels.map((panel) => [`${title}: ${panel.title}`, panel] as const),
);
const queries = panels.flatMap(([name, { targets = [] }]) =>
  targets.map(({ expr }) => [name, expr] as const),
);

describe('the dashboards', () => {
  it('are these four, and name the job', () => {
    expect(built.map(({ title, panels }) => [title, panels.length])).toEqual([
      ['Word count API Metrics', 6],
      ['Word count API Overview', 10],
      ['Redis Metrics', 5],
      ['Queue and Autoscaling', 11],
    ]);
    expect(built.map(({ uid }) => uid)).toEqual([
      'word-count-api-metrics',
      'word-count-api-overview',
      'redis-metrics',
      'queue-and-autoscaling',
    ]);
  });

  it.each(built.map((dashboard) => [dashboard.title, dashboard] as const))(
    '%s has no overlapping panels',
    (_, dashboard) => {
      const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    },
  );
});

describe('each panel', () => {
  it.each(panels)('%s has a description, a unit and the selected datasource', (_, panel) => {
    expect(panel.description).toMatch(/^.{20,}\.$/s);
    expect(panel.fieldConfig.defaults.unit).toMatch(/^\w+$/);
    expect(panel.datasource?.uid).toBe('${datasource}');
    expect(panel.targets?.length).toBeGreaterThan(0);
  });

  it.each(panels.filter(([, { type }]) => type === 'timeseries'))(
    '%s has a legend and shows its thresholds',
    (_, { options, fieldConfig: { defaults } }) => {
      expect(options.legend?.showLegend).toBe(true);
      const limits = (defaults.thresholds?.steps.length ?? 0) > 1;
      expect(defaults.custom?.thresholdsStyle?.mode).toBe(limits ? 'dashed' : undefined);
    },
  );

  it.each(panels.filter(([, { type }]) => type === 'gauge'))(
    '%s has a maximum and thresholds',
    (_, panel) => {
      const { max, thresholds } = panel.fieldConfig.defaults;
      expect(max).toBeGreaterThan(0);
      expect(thresholds?.steps.length).toBeGreaterThan(1);
    },
  );
});

describe('each query', () => {
  it.each(queries)('of %s is PromQL and selects a namespace: %s', (_, expr) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics.size).toBeGreaterThan(0);
    expect(labels).toContain('namespace');
    expect(expr.match(/\$namespace/g)).toHaveLength(expr.match(/\{/g)?.length ?? 0);
  });

  it.each(queries)('of %s invents no data: %s', (_, expr) => {
    expect(expr).not.toMatch(/vector\(/);
  });

  it.each(queries)('of %s uses $__rate_interval: %s', (_, expr) => {
    for (const [window] of expr.matchAll(/\[.*?\]/g)) expect(window).toBe('[$__rate_interval]');
    for (const [counter] of expr.matchAll(/\w+_total(?=\{)/g)) {
      expect(expr).toMatch(new RegExp(`(rate|increase)\\(${counter}\\{`));
    }
  });
});
