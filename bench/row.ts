import { percentile } from './statistics.ts';

/** A row of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** The target and whether it is met; rows without one are informative. */
  readonly bar?: { readonly text: string; readonly met: boolean };
}

export const ms = (value: number) => `${value.toFixed(1)} ms`;
export const times = (value: number) => `${value.toFixed(2)} ×`;
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
export const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
export const perSecond = (count: number, milliseconds: number) =>
  `${Math.round((count * 1_000) / milliseconds).toLocaleString('en')} / s`;

export function atMost(value: number, max: number, format: (value: number) => string) {
  return { text: `≤ ${format(max)}`, met: value <= max };
}

export function atLeast(value: number, min: number, format: (value: number) => string) {
  return { text: `≥ ${format(min)}`, met: value >= min };
}

export function p50AndP99(durations: readonly number[]): string {
  return `${ms(percentile(durations, 50))} / ${ms(percentile(durations, 99))}`;
}

/** The head of the Markdown table. */
export const TABLE_HEAD = ['| what | measured | bar | |', '| --- | --- | --- | --- |'];

export function tableLine({ what, measured, bar }: Row): string {
  const mark = bar ? (bar.met ? 'met' : '**missed**') : '';
  return `| ${what} | ${measured} | ${bar?.text ?? ''} | ${mark} |`;
}
