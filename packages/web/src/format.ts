import type { TaskSummary } from '@primes/client';
import { signal } from '@preact/signals';
import type { JobView } from './job-view.tsx';

const numbers = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** In the reader's locale; whole numbers with all their digits. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? whole.format(value) : numbers.format(value);
}

/** Milliseconds in the unit that suits them. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return unit(Math.max(0, Math.round(ms)), 'millisecond');
  if (ms < 60_000) return unit(Number((ms / 1_000).toPrecision(3)), 'second');
  if (ms < 3_600_000) return unit(Math.round(ms / 60_000), 'minute');
  if (ms < 86_400_000) return unit(Math.round(ms / 3_600_000), 'hour');
  return unit(Math.round(ms / 86_400_000), 'day');
}

function unit(value: number, name: string): string {
  return new Intl.NumberFormat(undefined, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
}

export function formatBytes(bytes: number): string {
  return unit(Number((bytes / 2 ** 20).toPrecision(3)), 'megabyte');
}

/** The time of day, with the date if it is not today. */
export function formatTime(instant: string | number): string {
  const date = new Date(instant);
  const isToday = date.toDateString() === new Date().toDateString();
  return (isToday ? time : dateAndTime).format(date);
}

/** The instant that a field of the type `datetime-local` names in the reader's time zone; another text as it is. */
export function toInstant(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? local : date.toISOString();
}

/** The time, set each second. */
export const clock = signal(0);

/** Milliseconds from one instant to another, or to now. What shows it is shown again each second until then. */
export function between(from: string, to: string | null): number {
  return (to === null ? Math.max(clock.value, Date.now()) : Date.parse(to)) - Date.parse(from);
}

/** When the task began to wait for a worker: at its submission, or at `run_at` unless it had ended before. */
export function waitingSince({ created_at, run_at, finished_at }: TaskSummary): string {
  const isLater = run_at && run_at > created_at && !(finished_at && finished_at < run_at);
  return isLater ? run_at : created_at;
}

/** Whether it waits for its `run_at`. */
export function isScheduled({ status, run_at }: TaskSummary): boolean {
  return status === 'pending' && typeof run_at === 'string' && Date.parse(run_at) > Date.now();
}

/**
 * What has become of a task, in words.
 *
 * @param job what it says of a task that is done
 */
export function outcome(task: TaskSummary, job: Pick<JobView, 'done'>): string {
  const { status, started_at, finished_at, error, progress } = task;
  const since = waitingSince(task);
  if (isScheduled(task)) return `Starts at ${formatTime(since)}`;
  const waited = formatDuration(between(since, started_at));
  if (status === 'pending' && started_at)
    return `Waiting to run again, first started at ${formatTime(started_at)}`;
  if (status === 'pending') return `Waiting for a worker for ${waited}`;
  const took = formatDuration(between(started_at ?? since, finished_at));
  if (status === 'processing') return `Running for ${took}, ${formatNumber(progress)} %`;
  const did = status === 'done' && job.done(task);
  if (status === 'done') return `Done in ${took}, after ${waited} in the queue${did ? `: ${did}` : ''}`;
  return status === 'failed'
    ? `Failed: ${error?.message ?? 'no reason was given'}`
    : `Cancelled after ${took}`;
}
