import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, KIND_NAMES } from './kinds.ts';
import { resourceOf, scheduleOf } from './schedule.ts';

const RUNS = { numRuns: 30 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('scheduleOf()', () => {
  it('is a function of the seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(scheduleOf({ seed, minutes: 2 })).toEqual(scheduleOf({ seed, minutes: 2 }));
      }),
      RUNS,
    );
    expect(scheduleOf({ seed: 1, minutes: 2 })).not.toEqual(scheduleOf({ seed: 2, minutes: 2 }));
  });

  it('has two faults at a time, which never use the same, within their limits', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = scheduleOf({ seed, minutes: 5 });
        for (const fault of faults) {
          const during = faults.filter(
            ({ at, seconds }) => at <= fault.at && fault.at < at + seconds + Number(seconds === 0),
          );
          const resources = new Set(during.map(resourceOf));
          expect([during.length <= 2, resources.size]).toEqual([true, during.length]);
          const [min, max] = KINDS[fault.kind].seconds;
          expect(fault.seconds).toBeGreaterThanOrEqual(min);
          expect(fault.seconds).toBeLessThanOrEqual(max);
          expect(KINDS[fault.kind].targets).toContain(fault.target);
        }
      }),
      RUNS,
    );
  });

  it('has each kind once before any occurs again', () => {
    const kinds = scheduleOf({ seed: 7, minutes: 10 })
      .slice(0, KIND_NAMES.length)
      .map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(KIND_NAMES.length);
  });

  it('is the beginning of a longer one, and omits kinds that cannot be injected', () => {
    const short = scheduleOf({ seed: 3, minutes: 1 });
    const long = scheduleOf({ seed: 3, minutes: 2 });
    expect(short.length).toBeGreaterThan(10);
    expect(long.slice(0, short.length)).toEqual(short);
    const without = scheduleOf({ seed: 3, minutes: 5, without: ['clock-back'] });
    expect(without.map(({ kind }) => kind)).not.toContain('clock-back');
  });
});
