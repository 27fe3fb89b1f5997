import type { PanelJson } from './dashboard-json.ts';

/** The series of a panel by their names: a value for each step, null where there is none. */
export type RecordedPanel = Readonly<Record<string, readonly (number | null)[]>>;

/** What the panels of a dashboard showed, by their titles. */
export interface Recording {
  readonly stepSeconds: number;
  readonly panels: Readonly<Record<string, RecordedPanel>>;
}

/** Seconds since the epoch, and the seconds between two points. */
export type TimeRange = Readonly<Record<'from' | 'to' | 'step', number>>;

/** A series as Prometheus returns it. */
export interface QueriedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

/** The last value in each step of a range, with three digits. */
export function resample(points: QueriedSeries['points'], { from, to, step }: TimeRange): (number | null)[] {
  const values = new Array<number | null>(Math.floor((to - from) / step) + 1).fill(null);
  for (const [at, value] of points) values[Math.floor((at - from) / step)] = Number(value.toPrecision(3));
  return values;
}

/** Records a panel over a range, with the names of its legend. `query` runs PromQL. */
export async function recordPanel(
  { targets }: PanelJson,
  range: TimeRange,
  query: (expr: string) => Promise<readonly QueriedSeries[]>,
): Promise<RecordedPanel> {
  const recorded = targets.map(async ({ expr, legendFormat }) => {
    // Grafana's variables: every installation, and a window of three scrapes.
    const series = await query(expr.replaceAll('$__rate_interval', '15s').replaceAll('$namespace', '.*'));
    return series.map(({ labels, points }) => {
      const name = legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
      return [name, resample(points, range)] as const;
    });
  });
  return Object.fromEntries((await Promise.all(recorded)).flat());
}
