import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { check } from '../chaos/check.ts';
import { CONTROLS } from '../chaos/controls.ts';
import { drive } from '../chaos/drive.ts';
import { historyFile, type History } from '../chaos/history.ts';
import type { Fault } from '../chaos/schedule.ts';

jest.setTimeout(900_000);

const SEED = 1;
/** Each of the guards is needed: a stopped worker must run a task, which one of three almost always does. */
const SCHEDULE: readonly Fault[] = [
  { number: 1, kind: 'process-term', target: 'worker-1', at: 5, seconds: 1 },
  { number: 2, kind: 'process-term', target: 'worker-2', at: 9, seconds: 1 },
  { number: 3, kind: 'redis-restart', target: 'redis', at: 13, seconds: 2 },
  { number: 4, kind: 'process-term', target: 'worker-1', at: 19, seconds: 1 },
  { number: 5, kind: 'network-stale', target: 'api-2', at: 22, seconds: 0 },
  { number: 6, kind: 'network-stale', target: 'worker-2', at: 23, seconds: 0 },
];
/** For systems that may never settle. */
const SETTLE_MS = 20_000;

describe('the checker', () => {
  const histories = new Map<string, History>();
  const stop = new AbortController();

  beforeAll(async () => {
    const runs = Object.entries(CONTROLS).map(async ([name, { subject, preload, env }]) => {
      const options = { seed: SEED, schedule: SCHEDULE, settleMs: SETTLE_MS, signal: stop.signal };
      const file = await historyFile(name);
      histories.set(name, await drive({ ...options, subject, preload, env, file }));
    });
    await Promise.all(runs);
  });
  afterAll(() => {
    stop.abort();
  });

  it.each(Object.entries(CONTROLS))('reports what is broken in %s', (name, { broken }) => {
    const reported = check(histories.get(name) ?? []).map((violation) => violation.check);
    expect(reported.filter((one) => broken.some((check) => check === one))).not.toEqual([]);
  });
});
