const COUNT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const SUFFIXES: Record<string, string> = { short: '', ops: ' ops/s', reqps: ' req/s', bytes: 'B', s: ' s' };

/** Formats a value with three digits: `1.23K`, `12.5 ms`. The unit has Grafana's name. */
export function format(value: number, unit: string): string {
  if (unit === 'bool_yes_no') return value === 0 ? 'No' : 'Yes';
  if (unit === 'percentunit') return `${COUNT.format(value * 100)}%`;
  if (unit === 's' && value > 0 && value < 1) return `${COUNT.format(value * 1_000)} ms`;
  const suffix = SUFFIXES[unit];
  if (suffix === undefined) throw new RangeError(`No picture has a value in ${unit}`);
  return COUNT.format(value) + suffix;
}
