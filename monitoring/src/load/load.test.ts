import { describe, expect, it } from '@jest/globals';
import type { DashboardJson } from '../pictures/dashboard-json.ts';
import { renderDashboard } from '../pictures/render-dashboard.ts';
import { loadDashboard } from './dashboard.ts';
import { COMPLETION, filesIn, parseHistory, parseStats, recordLoad, SUBMISSION } from './report.ts';

const LOG = `Waiting for workers
== /tmp/load_stats.csv
Type,Name,Request Count,Failure Count,Requests/s,50%,95%,99%
POST,POST /tasks,120,1,2.5,12,34,56
== /tmp/load_stats_history.csv
Timestamp,User Count,Type,Name,Requests/s,50%,95%
1700000000,0,POST,POST /tasks,0.0,N/A,N/A
1700000001,10,POST,POST /tasks,2.0,12,34
1700000001,10,task,submitted to done,1.5,200,900
`;
const files = filesIn(LOG);

describe('the files in the log of the master', () => {
  it('are found by name', () => {
    expect([...files.keys()]).toEqual(['load_stats.csv', 'load_stats_history.csv']);
  });

  it('have the statistics, in seconds', () => {
    expect(parseStats(files.get('load_stats.csv') ?? '')).toEqual([
      { name: SUBMISSION, count: 120, failures: 1, perSecond: 2.5, p50: 0.012, p95: 0.034, p99: 0.056 },
    ]);
  });

  it('have the course, with no p95 while there is no request', () => {
    expect(parseHistory(files.get('load_stats_history.csv') ?? '')).toEqual([
      { at: 1_700_000_000, name: SUBMISSION, users: 0, perSecond: 0, p95: undefined },
      { at: 1_700_000_001, name: SUBMISSION, users: 10, perSecond: 2, p95: 0.034 },
      { at: 1_700_000_001, name: COMPLETION, users: 10, perSecond: 1.5, p95: 0.9 },
    ]);
  });
});

describe('the recording of a load test', () => {
  const history = parseHistory(files.get('load_stats_history.csv') ?? '');
  const recording = recordLoad(history, [
    { at: 1_700_000_000.4, desired: 0, ready: 0 },
    { at: 1_700_000_002.1, desired: 5, ready: 0 },
    { at: 1_700_000_009, desired: 5, ready: 5 },
  ]);

  it('has workers and latency over the same time', () => {
    expect(recording).toEqual({
      stepSeconds: 2,
      panels: {
        Workers: { desired: [0, 5, 5, 5, 5], ready: [0, 0, 0, 0, 5] },
        'Completed tasks': { [COMPLETION]: [1.5, null, null, null, null] },
        'Submission, p95': { [SUBMISSION]: [0.034, null, null, null, null] },
        'Submission to completion, p95': { [COMPLETION]: [0.9, null, null, null, null] },
      },
    });
  });

  it('has what its dashboard draws', () => {
    const dashboard = loadDashboard as unknown as DashboardJson;
    const svg = renderDashboard(dashboard, recording);
    for (const { title } of dashboard.panels) expect(svg).toContain(`>${title}<`);
    expect(svg).not.toMatch(/NaN|No data/);
  });
});
