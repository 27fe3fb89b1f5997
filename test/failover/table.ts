import type { EngineName } from './engines.ts';
import type { Failover, SettingName } from './run.ts';

/** A run, as a line of the file of results. */
export interface Measured {
  readonly engine: EngineName;
  readonly setting: SettingName;
  readonly failovers: readonly Failover[];
}

const HEAD = [
  '| engine | fault | setting | failovers | first 202, p50 / p99 | first pick-up, p50 / p99 | acknowledged | lost: acknowledged before / after the promotion |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** A row for each fault and setting, in Markdown. */
export function tableOf(runs: readonly Measured[]): string {
  const rows = runs.flatMap(({ engine, setting, failovers }) =>
    [...Map.groupBy(failovers, ({ fault }) => fault)].map(([fault, some]) => {
      const sum = (of: (failover: Failover) => number) => some.reduce((total, one) => total + of(one), 0);
      return [
        ...[engine, fault, setting, some.length],
        ...[seconds(some.map((one) => one.acceptedMs)), seconds(some.map((one) => one.startedMs))],
        sum((one) => one.acknowledged),
        `${sum((one) => one.lost.before)} / ${sum((one) => one.lost.after)}`,
      ].join(' | ');
    }),
  );
  return [...HEAD, ...rows.map((row) => `| ${row} |`)].join('\n');
}

/** The median and the 99th percentile (nearest rank). */
function seconds(durations: readonly number[]): string {
  const sorted = durations.toSorted((a, b) => a - b);
  const ranked = [0.5, 0.99].map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN);
  return ranked.map((value) => `${(value / 1_000).toFixed(1)} s`).join(' / ');
}
