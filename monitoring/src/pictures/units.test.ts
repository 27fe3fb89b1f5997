import { describe, expect, it } from '@jest/globals';
import { format } from './units.ts';

describe('format()', () => {
  it.each([
    [0, 'short', '0'],
    [12.345, 'short', '12.3'],
    [1_234_567, 'short', '1.23M'],
    [-2_000, 'short', '-2K'],
    [0.05, 'ops', '0.05 ops/s'],
    [2_500, 'reqps', '2.5K req/s'],
    [0.0512, 'percentunit', '5.12%'],
    [1, 'percentunit', '100%'],
    [0.000_25, 's', '0.25 ms'],
    [0.25, 's', '250 ms'],
    [90, 's', '90 s'],
    [0, 's', '0 s'],
    [3_000_000, 'bytes', '3MB'],
    [1, 'bool_yes_no', 'Yes'],
    [0, 'bool_yes_no', 'No'],
  ])('%p in %s is %s', (value, unit, formatted) => {
    expect(format(value, unit)).toBe(formatted);
  });

  it('refuses a unit that it does not know', () => {
    expect(() => format(1, 'furlong')).toThrow(new RangeError('No picture has a value in furlong'));
  });
});
