/**
 * After how many tries a task fails or a webhook becomes a dead letter. Two more reasons have no number: invalid data fails
 * a task at once (`job-data.ts`), and its timeout is an option of the task (a timer in `consumer.ts`). `conclude.ts` of the
 * worker decides how each run ends; a hand-over counts towards none of these. The api sets `attempts` and `deliveries` in
 * `task-queues.ts`, and `queue-worker.ts` sets `lostWorkers`.
 */
export const GIVE_UP_AFTER = {
  /** Runs of a task that end with an error. The second starts after 1 s, the third 2 s later, each 20 % earlier or later. */
  attempts: 3,
  /** Lost workers of a task, or apis of a webhook. With BullMQ's default of 1, two killed workers fail a task. */
  lostWorkers: 10,
  /**
   * Starts of a task on workers of an older version than its api: at most one a second, so at least ten minutes. Counted
   * from the first start, not from the submission: the task may have waited for hours.
   */
  startsOnOldWorkers: 600,
  /** Deliveries of a webhook, over about an hour. */
  deliveries: 8,
  /** Maximum wait, in milliseconds, of a webhook for a slot of its receiver: from the end of its task, or its redelivery. */
  waitForSlotMs: 24 * 3_600_000,
} as const;
