import { expect, it } from '@jest/globals';
import type { PanelJson } from './dashboard-json.ts';
import { recordPanel, resample, type QueriedSeries } from './recording.ts';

it('recordPanel() fills in the variables of Grafana and names the series as the legend says', async () => {
  const targets = [
    { expr: 'rate(a{namespace=~"$namespace"}[$__rate_interval])', legendFormat: '{{method}} {{endpoint}}' },
    { expr: 'b', legendFormat: 'all' },
  ];
  const answers: Record<string, QueriedSeries[]> = {
    'rate(a{namespace=~".*"}[15s])': [
      { labels: { method: 'GET', endpoint: '/tasks' }, points: [[104, 0.123_456]] },
    ],
    b: [
      {
        labels: { pod: 'worker-0' },
        points: [
          [100, 3],
          [108, 1_234],
        ],
      },
    ],
  };
  const range = { from: 100, to: 108, step: 4 };
  const query = (expr: string) => Promise.resolve(answers[expr] ?? []);
  expect(await recordPanel({ targets } as unknown as PanelJson, range, query)).toEqual({
    'GET /tasks': [null, 0.123, null],
    all: [3, null, 1_230],
  });
});

it('resample() takes the last point of each step', () => {
  const points = [
    [10.4, 0],
    [12.1, 3],
    [12.9, 5],
    [15, 7],
  ] as const;
  expect(resample(points, { from: 10, to: 15, step: 2 })).toEqual([0, 5, 7]);
});
