import { describe, expect, it } from '@jest/globals';
import { COMPLETION, drawLoad, SUBMISSION } from './picture.ts';
import { filesIn, parseHistory, parseStats } from './report.ts';

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

describe("the files in the log of a load's master", () => {
  it('are found by their names', () => {
    expect([...files.keys()]).toEqual(['load_stats.csv', 'load_stats_history.csv']);
  });

  it('say what was measured, in seconds', () => {
    expect(parseStats(files.get('load_stats.csv') ?? '')).toEqual([
      { name: SUBMISSION, count: 120, failures: 1, perSecond: 2.5, p50: 0.012, p95: 0.034, p99: 0.056 },
    ]);
  });

  it('say how it went, and nothing of moments without a request', () => {
    expect(parseHistory(files.get('load_stats_history.csv') ?? '')).toEqual([
      { at: 1_700_000_000, name: SUBMISSION, users: 0, perSecond: 0, p95: undefined },
      { at: 1_700_000_001, name: SUBMISSION, users: 10, perSecond: 2, p95: 0.034 },
      { at: 1_700_000_001, name: COMPLETION, users: 10, perSecond: 1.5, p95: 0.9 },
    ]);
  });
});

it('drawLoad() shows workers and what clients felt over the same time', () => {
  const history = parseHistory(files.get('load_stats_history.csv') ?? '');
  const replicas = [
    { at: 1_700_000_000.4, wanted: 0, ready: 0 },
    { at: 1_700_000_002.1, wanted: 5, ready: 0 },
    { at: 1_700_000_009, wanted: 5, ready: 5 },
  ];
  const svg = drawLoad({ history, replicas });
  for (const title of ['Workers', 'Tasks done', 'Submission, p95', 'From the submission to done, p95']) {
    expect(svg).toContain(`>${title}<`);
  }
  expect(svg).toContain('0:05');
  expect(svg).not.toMatch(/NaN|No data/);
  expect(drawLoad({ history, replicas })).toBe(svg);
});
