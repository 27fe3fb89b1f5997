/** A consistent count of tasks by state: each task is in exactly one state. */
export interface QueueCounts {
  /** Without a priority, in order of arrival. */
  readonly waiting: number;
  readonly prioritized: number;
  /** Waiting for a retry or for `run_at`, including those that are due. */
  readonly delayed: number;
  /** The part of `delayed` that is due. Only a worker promotes them, so they count as demand. */
  readonly dueDelayed: number;
  readonly active: number;
  /** Ended and not removed yet. */
  readonly completed: number;
  readonly failed: number;
}

export interface Demand {
  /** Tasks that a worker could fetch now. */
  readonly demand: number;
  /** Running tasks: they count, because otherwise KEDA would remove the last pod while it works. */
  readonly inFlight: number;
  /** The value that KEDA divides by its target; workers are needed while it is above 0. */
  readonly metric: number;
}

/**
 * The demand for workers. Waiting tasks of a paused queue do not count, because workers cannot fetch them. KEDA's triggers for
 * Redis and Prometheus compute it without this process: `_triggers.tpl` of the chart.
 */
export function demandOf({ paused, counts }: { paused: boolean; counts: QueueCounts }): Demand {
  const demand = paused ? 0 : counts.waiting + counts.prioritized + counts.dueDelayed;
  return { demand, inFlight: counts.active, metric: demand + counts.active };
}
