import { expect, it } from '@jest/globals';
import { ask, type Answer } from './ask.ts';
import type { Panel } from './panel.ts';

it('ask() fills in the variables of Grafana and names the series as the legend says', async () => {
  const targets = [
    { expr: 'rate(a{namespace=~"$namespace"}[$__rate_interval])', legendFormat: '{{method}} {{endpoint}}' },
    { expr: 'b', legendFormat: 'all' },
  ];
  const answers: Record<string, Answer[]> = {
    'rate(a{namespace=~".*"}[15s])': [{ labels: { method: 'GET', endpoint: '/tasks' }, points: [[1, 2]] }],
    b: [{ labels: { pod: 'worker-0' }, points: [[1, 3]] }],
  };
  const series = await ask({ targets } as unknown as Panel, (expr) => Promise.resolve(answers[expr] ?? []));
  expect(series).toEqual([
    { name: 'GET /tasks', points: [[1, 2]] },
    { name: 'all', points: [[1, 3]] },
  ]);
});
