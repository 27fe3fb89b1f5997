import { hasEnded, type TaskSummary } from '@primes/contracts';
import { eventually } from '@primes/testing';
import type { Acknowledged } from './load.ts';

export interface Verdict {
  /** Acknowledged, and unknown to the api now. */
  readonly lost: readonly Acknowledged[];
  /** Ended with another status than cancelled, although the cancellation was acknowledged. */
  readonly uncancelled: readonly Acknowledged[];
  /** Neither done nor cancelled within the timeout, with their status. */
  readonly stuck: readonly string[];
  /** When a worker started each task that it started, in ms since the epoch. */
  readonly startedAt: ReadonlyMap<Acknowledged, number>;
}

/** Reads every task until it has ended; the api must be available. */
export async function judge(
  url: string,
  tasks: readonly Acknowledged[],
  timeoutMs = 60_000,
): Promise<Verdict> {
  const lost: Acknowledged[] = [];
  const uncancelled: Acknowledged[] = [];
  const stuck: string[] = [];
  const startedAt = new Map<Acknowledged, number>();

  async function judgeOne(task: Acknowledged): Promise<void> {
    const view = await eventually(() => endOf(url, task.id), { timeoutMs, intervalMs: 250 });
    if (!view) {
      lost.push(task);
      return;
    }
    if (view.started_at !== null) startedAt.set(task, Date.parse(view.started_at));
    if (task.cancelled && view.status !== 'cancelled') uncancelled.push(task);
    if (!['done', 'cancelled'].includes(view.status)) stuck.push(`${task.kind} ${task.id}: ${view.status}`);
  }
  await Promise.all(
    tasks.map((task) =>
      judgeOne(task).catch((error: unknown) => stuck.push(`${task.kind} ${task.id}: ${String(error)}`)),
    ),
  );
  return { lost, uncancelled, stuck, startedAt };
}

/** The task once it has ended; undefined if it does not exist. */
async function endOf(url: string, id: string): Promise<TaskSummary | undefined> {
  const response = await fetch(`${url}/tasks/${id}?limit=0`);
  const view = (await response.json()) as TaskSummary;
  if (response.status === 404) return undefined;
  if (response.status !== 200 || !hasEnded(view.status))
    throw new Error(`${response.status} ${JSON.stringify(view)}`);
  return view;
}
