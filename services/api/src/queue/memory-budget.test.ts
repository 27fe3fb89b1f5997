import { describe, expect, it } from '@jest/globals';
import { limitsFor, parseMemory, watermarkOf } from './memory-budget.ts';

const NOT_GIVEN = { MAX_QUEUED: undefined, KEEP_TASKS: undefined };

describe('limitsFor()', () => {
  it.each([
    ['no maxmemory', 0, { maxQueued: 100_000, keep: { done: 100_000, failed: 25_000, deadLetters: 25_000 } }],
    [
      'the 384 MiB of the chart',
      384 * 2 ** 20,
      { maxQueued: 100_000, keep: { done: 19_134, failed: 4_784, deadLetters: 4_784 } },
    ],
    ['32 MiB', 2 ** 25, { maxQueued: 10_046, keep: { done: 1_594, failed: 399, deadLetters: 399 } }],
    ['1 TiB', 2 ** 40, { maxQueued: 100_000, keep: { done: 100_000, failed: 25_000, deadLetters: 25_000 } }],
    ['one byte', 1, { maxQueued: 1, keep: { done: 1, failed: 1, deadLetters: 1 } }],
  ])('derives the limits from %s', (_, maxBytes, expected) => {
    expect(limitsFor(NOT_GIVEN, maxBytes)).toEqual(expected);
  });

  it('keeps limits that are set', () => {
    expect(limitsFor({ MAX_QUEUED: 7, KEEP_TASKS: 9 }, 2 ** 25)).toEqual({
      maxQueued: 7,
      keep: { done: 9, failed: 3, deadLetters: 3 },
    });
  });

  it.each([2 ** 23, 2 ** 27, 2 ** 30])(
    'keeps memory below the watermark for a maxmemory of %i bytes',
    (maxBytes) => {
      const { maxQueued, keep } = limitsFor(NOT_GIVEN, maxBytes);
      const bytes = maxQueued * 1_336 + (keep.done + keep.failed) * 5_072 + keep.deadLetters * 4_100;
      expect(bytes / maxBytes).toBeLessThan(0.8);
    },
  );
});

describe('watermarkOf()', () => {
  it.each([
    [0, Infinity],
    [2 ** 30, 0.85 * 2 ** 30],
    [8 * 2 ** 20, 6 * 2 ** 20],
  ])('returns the watermark for a maxmemory of %i bytes: %d', (maxBytes, expected) => {
    expect(watermarkOf(maxBytes, 85)).toBe(expected);
  });
});

describe('parseMemory()', () => {
  it('excludes memory that Redis does not count towards maxmemory', () => {
    const info =
      '# Memory\r\nused_memory:5000\r\nused_memory_human:5K\r\nmaxmemory:9000\r\nmem_not_counted_for_evict:400\r\n';
    expect(parseMemory(info)).toEqual({ used: 4_600, max: 9_000 });
  });

  it('treats missing fields as 0', () => {
    expect(parseMemory('')).toEqual({ used: 0, max: 0 });
  });
});
