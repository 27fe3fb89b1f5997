import type { ApiConfig } from '../config.ts';

/** The memory of Redis, in bytes. */
export interface RedisMemory {
  readonly used: number;
  /** 0: no limit. */
  readonly max: number;
}

export interface QueueLimits {
  /** Maximum number of waiting tasks. */
  readonly maxQueued: number;
  /** Maximum number of ended jobs, by outcome, because BullMQ limits each set separately. */
  readonly keep: { readonly done: number; readonly failed: number; readonly deadLetters: number };
}

export type BudgetConfig = Pick<ApiConfig, 'MAX_QUEUED' | 'KEEP_TASKS'>;

/** The maximum of each limit, and its default without a `maxmemory`. */
const MAX_TASKS = 100_000;
/** Number of done tasks for each failed or cancelled task and each dead letter that is kept. */
const DONE_PER_FAILED = 4;
/** Measured bytes in Redis: a waiting task, an ended task, its delivered webhook, its dead letter. */
const BYTES = { waiting: 1_336, ended: 2_201, delivered: 2_871, deadLetter: 4_100 };
const BYTES_PER_DONE = BYTES.ended + BYTES.delivered;
const BYTES_PER_KEPT = BYTES_PER_DONE + (BYTES_PER_DONE + BYTES.deadLetter) / DONE_PER_FAILED;
/**
 * Shares of `maxmemory` for waiting and ended tasks. Together they are below the watermark, so tasks of the usual size do
 * not reach it. Larger ones do, and then ended tasks can still grow: ending a task adds at most about 2 KB, for as many
 * tasks as are kept, which is 10 % of `maxmemory`.
 */
const SHARES = { waiting: 0.4, kept: 0.35 };

/** What the chart's checks use too; a test compares them. */
export const BUDGET = {
  maxTasks: MAX_TASKS,
  waitingBytes: BYTES.waiting,
  keptBytes: BYTES_PER_KEPT,
  waitingPercent: 100 * SHARES.waiting,
  keptPercent: 100 * SHARES.kept,
};

/** The limits of the configuration; those that are not set are computed from the memory. */
export function limitsFor(config: BudgetConfig, maxBytes: number): QueueLimits {
  const fitting = (share: number, bytes: number) =>
    maxBytes === 0 ? MAX_TASKS : Math.max(1, Math.min(MAX_TASKS, Math.floor((maxBytes * share) / bytes)));
  const done = config.KEEP_TASKS ?? fitting(SHARES.kept, BYTES_PER_KEPT);
  const failed = Math.ceil(done / DONE_PER_FAILED);
  return {
    maxQueued: config.MAX_QUEUED ?? fitting(SHARES.waiting, BYTES.waiting),
    keep: { done, failed, deadLetters: failed },
  };
}

/** Bytes of a number of ended tasks and delivered webhooks. */
export function bytesOfEnded(tasks: number, webhooks: number): number {
  return tasks * BYTES.ended + webhooks * BYTES.delivered;
}

/** Bytes that stay free even in a small Redis: a worker connection takes 0.4 MB, and events about 1 MB per queue. */
const MIN_FREE_BYTES = 2 * 2 ** 20;

/** Used bytes above which no task is added, because workers need the rest to process waiting tasks. */
export function watermarkOf(maxBytes: number, percent: number): number {
  return maxBytes === 0 ? Infinity : Math.min((maxBytes * percent) / 100, maxBytes - MIN_FREE_BYTES);
}

/** Parses the section `memory` of INFO: the bytes that count against `maxmemory`, without excluded buffers. */
export function parseMemory(info: string): RedisMemory {
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: read('used_memory') - read('mem_not_counted_for_evict'), max: read('maxmemory') };
}
