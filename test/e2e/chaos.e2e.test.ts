import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { check } from '../chaos/check.ts';
import { CONTROLS } from '../chaos/controls.ts';
import { drive } from '../chaos/drive.ts';
import { missingKinds } from '../chaos/engines.ts';
import { historyFile, only, type History } from '../chaos/history.ts';
import type { KindName } from '../chaos/kinds.ts';
import { scheduleOf } from '../chaos/schedule.ts';
import { echo } from '../chaos/subject.ts';

jest.setTimeout(400_000);

/**
 * The beginning of its schedule stops a worker, restarts Redis, and ends with silent connections of an api and a worker:
 * what the controls need.
 */
const SEED = 14_330;
const MINUTES = { service: 2, controls: 0.4 };
/** For systems that may never settle. */
const CONTROL_SETTLE_MS = 20_000;

let without: KindName[] = [];
beforeAll(async () => {
  without = await missingKinds();
});

describe('faults for two minutes, two at a time', () => {
  it('break no promise', async () => {
    const schedule = scheduleOf({ seed: SEED, minutes: MINUTES.service, without });
    const history = await drive({ seed: SEED, schedule, subject: echo, file: await historyFile('service') });
    expect(check(history)).toEqual([]);
    const begun = only(history, 'fault').filter(({ phase }) => phase === 'begin');
    expect(begun.length).toBeGreaterThanOrEqual(20);
    expect(new Set(begun.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(10);
    expect(only(history, 'end').length).toBeGreaterThan(300);
  });
});

describe('the checker, with the beginning of the same schedule', () => {
  const histories = new Map<string, History>();
  const stop = new AbortController();

  beforeAll(async () => {
    const schedule = scheduleOf({ seed: SEED, minutes: MINUTES.controls, without });
    const runs = Object.entries(CONTROLS).map(async ([name, { subject, preload, env }]) => {
      const options = { seed: SEED, schedule, settleMs: CONTROL_SETTLE_MS, signal: stop.signal };
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
