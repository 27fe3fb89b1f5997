import { describe, expect, it } from '@jest/globals';
import { format, sizeOf } from './units.ts';

describe('format()', () => {
  it.each([
    [0, 'short', '0'],
    [12.345, 'short', '12.3'],
    [1_234_567, 'short', '1.23 M'],
    [0.05, 'ops', '0.05 ops/s'],
    [2_500, 'reqps', '2.5 K req/s'],
    [0.0512, 'percentunit', '5.12%'],
    [1, 'percentunit', '100%'],
    [0.000_25, 's', '250 µs'],
    [0.25, 's', '250 ms'],
    [90, 's', '1.5 min'],
    [0, 's', '0 s'],
    [3 * 2 ** 20, 'bytes', '3 MiB'],
    [1, 'bool_yes_no', 'Yes'],
    [0, 'bool_yes_no', 'No'],
    [-2_000, 'short', '-2 K'],
  ])('%p in %s is %s', (value, unit, told) => {
    expect(format(value, unit)).toBe(told);
  });

  it('refuses a unit that it does not know', () => {
    expect(() => format(1, 'furlong')).toThrow(
      new RangeError('`unit` must be one of ours: received furlong'),
    );
  });
});

it('sizeOf() gives the unit in which a value is told', () => {
  expect(sizeOf(5 * 2 ** 20, 'bytes')).toEqual([2 ** 20, ' MiB']);
});
