import { formatNumber } from './format.ts';

export interface Limits {
  readonly min: number;
  /** Default: the largest number that is exact. */
  readonly max?: number;
}

/**
 * Reads a whole number as the reader's locale writes it. Spaces and the locale's group separators may be anywhere, because a
 * number that is being edited has them at the wrong places.
 *
 * @returns the number, or why the text is none
 */
export function parseWhole(
  text: string,
  { min, max = Number.MAX_SAFE_INTEGER }: Limits,
  locale?: string,
): number | string {
  const format = new Intl.NumberFormat(locale);
  const parts = format.formatToParts(1_000_000);
  const separator = parts.find(({ type }) => type === 'group')?.value ?? '';
  const digits = Array.from({ length: 10 }, (_, digit) => format.format(digit));
  const plain = text
    .replaceAll(separator, '')
    .replaceAll(/\s/g, '')
    .replaceAll(/\p{Nd}/gu, (digit) => (digits.includes(digit) ? String(digits.indexOf(digit)) : digit));
  if (plain === '') return 'Is required';
  if (!/^-?\d+$/.test(plain)) return 'Must be a whole number';
  const value = Number(plain);
  if (value < min) return `Must be at least ${formatNumber(min)}`;
  if (value > max) return `Must be at most ${formatNumber(max)}`;
  return value;
}
