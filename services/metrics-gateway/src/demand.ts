/** Tasks in each state at one moment, counted in one step: each task is in exactly one of them. */
export interface QueueCounts {
  /** In order of arrival, without a priority. */
  readonly waiting: number;
  readonly prioritized: number;
  /** Waiting for a retry, those whose time has come included. */
  readonly delayed: number;
  /** The part of `delayed` whose time has come. Only a worker promotes them, so they ask for one. */
  readonly dueDelayed: number;
  readonly active: number;
  /** Ended and not evicted yet. */
  readonly completed: number;
  readonly failed: number;
}

export interface Demand {
  /** Tasks that a worker could take now. */
  readonly demand: number;
  /** Tasks that a worker holds: they keep its pod, or the last one would be scaled away under its work. */
  readonly inFlight: number;
  /** What KEDA divides by its target; workers are needed while it is above 0. */
  readonly metric: number;
}

/** How much work asks for workers. A paused queue gives none away, so what waits in it asks for nothing. */
export function demandOf({ paused, counts }: { paused: boolean; counts: QueueCounts }): Demand {
  const demand = paused ? 0 : counts.waiting + counts.prioritized + counts.dueDelayed;
  return { demand, inFlight: counts.active, metric: demand + counts.active };
}
