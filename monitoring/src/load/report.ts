import { parse } from 'csv-parse/sync';
import { resample, type Recording } from '../pictures/recording.ts';

/** The names that locustfile.py gives to what a client waits for. */
export const SUBMISSION = 'POST /tasks';
export const COMPLETION = 'submitted to done';
const STEP_SECONDS = 2;

/** Locust's statistics for one kind of request. */
export interface RequestStats {
  readonly name: string;
  readonly count: number;
  readonly failures: number;
  readonly perSecond: number;
  /** Seconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The same at one moment, over the last ten seconds. */
export interface Moment {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly name: string;
  readonly users: number;
  readonly perSecond: number;
  /** Seconds; undefined while there is no such request. */
  readonly p95: number | undefined;
}

/** A change in the number of workers. */
export interface Replicas {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly desired: number;
  readonly ready: number;
}

/** The files that the master prints at the end of a load test, by name. */
export function filesIn(log: string): ReadonlyMap<string, string> {
  const parts = log.split(/^== .*\/(\S+)\n/m).slice(1);
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? ''] as const] : [])));
}

/** Reads `load_stats.csv`: the whole run. */
export function parseStats(csv: string): RequestStats[] {
  return rowsOf(csv).map((row) => ({
    name: row['Name'] ?? '',
    count: Number(row['Request Count']),
    failures: Number(row['Failure Count']),
    perSecond: Number(row['Requests/s']),
    p50: Number(row['50%']) / 1_000,
    p95: Number(row['95%']) / 1_000,
    p99: Number(row['99%']) / 1_000,
  }));
}

/** Reads `load_stats_history.csv`: the run over time. */
export function parseHistory(csv: string): Moment[] {
  return rowsOf(csv).map((row) => ({
    at: Number(row['Timestamp']),
    name: row['Name'] ?? '',
    users: Number(row['User Count']),
    perSecond: Number(row['Requests/s']),
    p95: row['95%'] === 'N/A' ? undefined : Number(row['95%']) / 1_000,
  }));
}

function rowsOf(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true });
}

/** The recording of a load test for its dashboard. The first of `replicas` is the state before the test. */
export function recordLoad(history: readonly Moment[], replicas: readonly Replicas[]): Recording {
  const times = [...history, ...replicas].map(({ at }) => Math.floor(at));
  const range = { from: Math.min(...times), to: Math.max(...times), step: STEP_SECONDS };
  const over = (name: string, value: 'perSecond' | 'p95') => ({
    [name]: resample(
      history.flatMap((moment) => {
        const point = moment.name === name ? moment[value] : undefined;
        return point === undefined ? [] : [[moment.at, point] as const];
      }),
      range,
    ),
  });
  const held = (value: 'desired' | 'ready') => {
    let last = 0;
    const changes = replicas.map((change) => [change.at, change[value]] as const);
    return resample(changes, range).map((count) => (last = count ?? last));
  };
  return {
    stepSeconds: STEP_SECONDS,
    panels: {
      Workers: { desired: held('desired'), ready: held('ready') },
      'Completed tasks': over(COMPLETION, 'perSecond'),
      'Submission, p95': over(SUBMISSION, 'p95'),
      'Submission to completion, p95': over(COMPLETION, 'p95'),
    },
  };
}
