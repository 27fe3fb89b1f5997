import { parseCsv } from './csv.ts';

/** What Locust measured of one kind of request. */
export interface Measured {
  readonly name: string;
  readonly count: number;
  readonly failures: number;
  readonly perSecond: number;
  /** Seconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The same for one moment: of the last ten seconds before it. */
export interface Moment {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly name: string;
  readonly users: number;
  readonly perSecond: number;
  /** Seconds; undefined while there was no such request. */
  readonly p95: number | undefined;
}

/** The files that the master of a load prints at its end, by their names. */
export function filesIn(log: string): ReadonlyMap<string, string> {
  const parts = log.split(/^== .*\/(\S+)\n/m).slice(1);
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? ''] as const] : [])));
}

/** `load_stats.csv`: the whole run. */
export function parseStats(csv: string): Measured[] {
  return parseCsv(csv).map((row) => ({
    name: row['Name'] ?? '',
    count: Number(row['Request Count']),
    failures: Number(row['Failure Count']),
    perSecond: Number(row['Requests/s']),
    p50: Number(row['50%']) / 1_000,
    p95: Number(row['95%']) / 1_000,
    p99: Number(row['99%']) / 1_000,
  }));
}

/** `load_stats_history.csv`: its course. */
export function parseHistory(csv: string): Moment[] {
  return parseCsv(csv).map((row) => ({
    at: Number(row['Timestamp']),
    name: row['Name'] ?? '',
    users: Number(row['User Count']),
    perSecond: Number(row['Requests/s']),
    p95: row['95%'] === 'N/A' ? undefined : Number(row['95%']) / 1_000,
  }));
}
