import { describe, expect, it } from '@jest/globals';
import { formatNumber } from './format.ts';
import { parseWhole } from './whole-number.ts';

describe('parseWhole()', () => {
  it.each([
    ['1000', 'en', 1_000],
    ['1,000', 'en', 1_000],
    // Being edited.
    ['1,0000', 'en', 10_000],
    [' 10 000 ', 'en', 10_000],
    ['1.000', 'de', 1_000],
    ['1\u202f000', 'fr', 1_000],
    ['١٬٠٠٠', 'ar-EG', 1_000],
    ['1000', 'ar-EG', 1_000],
  ])('reads %j in the locale %s', (text, locale, expected) => {
    expect(parseWhole(text, { min: 1 }, locale)).toBe(expected);
  });

  it.each(['1e3', '1.5', 'abc', '-', '1-2', '0x10', '10%', 'Infinity'])('rejects %j', (text) => {
    expect(parseWhole(text, { min: 1 }, 'en')).toBe('Must be a whole number');
  });

  it.each(['', ' '])('asks for a number instead of %j', (text) => {
    expect(parseWhole(text, { min: 1 })).toBe('Is required');
  });

  it.each([
    ['-5', 'Must be at least 1'],
    ['0', 'Must be at least 1'],
    ['1', 1],
    ['100', 100],
    ['101', 'Must be at most 100'],
  ])('keeps %j to its limits', (text, expected) => {
    expect(parseWhole(text, { min: 1, max: 100 })).toBe(expected);
  });

  it('rejects a number that would be rounded', () => {
    const largest = formatNumber(Number.MAX_SAFE_INTEGER);
    expect(parseWhole('9007199254740993', { min: 1 })).toBe(`Must be at most ${largest}`);
  });
});
