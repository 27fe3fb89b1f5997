import { describe, expect, it, jest } from '@jest/globals';
import { check } from '../chaos/check.ts';
import { drive } from '../chaos/drive.ts';
import { missingKinds } from '../chaos/engines.ts';
import { historyFile, only } from '../chaos/history.ts';
import { scheduleOf } from '../chaos/schedule.ts';
import { echo } from '../chaos/subject.ts';

jest.setTimeout(400_000);

const SEED = 14_330;
const MINUTES = 2;

describe('faults for two minutes, two at a time', () => {
  it('break no promise', async () => {
    const schedule = scheduleOf({ seed: SEED, minutes: MINUTES, without: await missingKinds() });
    const history = await drive({ seed: SEED, schedule, subject: echo, file: await historyFile('service') });
    expect(check(history)).toEqual([]);
    const begun = only(history, 'fault').filter(({ phase }) => phase === 'begin');
    expect(begun.length).toBeGreaterThanOrEqual(20);
    expect(new Set(begun.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(10);
    expect(only(history, 'end').length).toBeGreaterThan(300);
  });
});
