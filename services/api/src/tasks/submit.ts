import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  FIRST_JOB_VERSION,
  JOB_VERSION,
  type Batch,
  type JobData,
  type Principal,
  type TaskSpec,
  type TaskSummary,
} from '@primes/contracts';
import { HttpError, isRedisUnavailable, linkTo } from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { QueueDepth, QueueRejection } from '../queue/queue-depth.ts';
import type { TaskQueues } from '../queue/task-queues.ts';
import type { ReadTask } from './lookup.ts';
import { taskIdsOfKey, type TaskIds } from './task-id.ts';
import { toTask, type Shown, type Task } from './task-view.ts';

export interface SubmitContext {
  readonly requestId: string;
  readonly traceparent: string;
  readonly idempotencyKey: string | undefined;
  /** Owns the task; undefined if authentication is off. */
  readonly principal: Principal | undefined;
  /** The batch that the task is part of. */
  readonly batch?: Batch;
}

/** `created` is false if the task was created earlier with the same Idempotency-Key. */
export interface Submitted {
  readonly summary: TaskSummary;
  readonly created: boolean;
}

export type Submit = (spec: TaskSpec, context: SubmitContext) => Promise<Submitted>;

/**
 * Counts tasks that are about to be added as waiting.
 *
 * @throws {HttpError} `quota_exceeded` if the principal has too many; `invalid` if it may never have so many
 */
export type WaitingQuota = (principal: string, ...ids: string[]) => Promise<void>;

export interface SubmitDeps {
  /** Undefined without a limit. */
  readonly waitingQuota: WaitingQuota | undefined;
  readonly queues: TaskQueues;
  readonly type: Shown;
  readonly depth: QueueDepth;
  readonly readTask: ReadTask;
  readonly metrics: ApiMetrics;
  readonly config: ApiConfig;
}

/** The use case of POST /tasks: at most one task per Idempotency-Key, acknowledged once it is in Redis, and in REDIS_WAIT_REPLICAS replicas. */
export function createSubmit(deps: SubmitDeps): Submit {
  const { queues, type, depth, readTask, metrics, config } = deps;

  return async function submit(spec, context) {
    const { idempotencyKey, principal } = context;
    const submission = randomUUID();
    const data = dataOf(spec, submission, context);
    const ids: TaskIds =
      idempotencyKey === undefined
        ? { id: submission }
        : taskIdsOfKey(idempotencyKey, principal?.name ?? '', config);
    try {
      const task = idempotencyKey === undefined ? await add(ids, data) : await addUnlessThere(ids, data);
      if (!task) throw new Error('Expected no task with a new id, received one');
      if (task.stored.submission !== data.submission) {
        const replayed = replay(task, spec);
        // The first submission may have been answered 503 because the replicas did not have it.
        if (config.REDIS_WAIT_REPLICAS > 0) await queues.replicated();
        return replayed;
      }
      metrics.tasksSubmitted(1);
      return { summary: task.summary, created: true };
    } catch (error) {
      if (!isRedisUnavailable(error)) throw error;
      // The command may have been executed, so the problem contains the id.
      throw new HttpError('redis_unavailable', {
        detail: `Redis did not confirm the task, which may have been accepted under task_id. ${retryHint(idempotencyKey)}`,
        retryAfter: 1,
        extensions: { task_id: ids.id },
      });
    }
  };

  async function addUnlessThere(ids: TaskIds, data: JobData): Promise<Task> {
    // A second attempt is needed if another submission was faster, a third if its task has just expired.
    for (let attempt = 0; attempt < 3; attempt++) {
      const task = (await find(ids)) ?? (await add(ids, data));
      if (task) return task;
    }
    throw new Error('Expected a task under the id, received another job');
  }

  async function find({ id, otherId }: TaskIds): Promise<Task | undefined> {
    const [task, other] = await Promise.all([
      readTask(id),
      otherId === undefined ? undefined : readTask(otherId),
    ]);
    return task ?? other;
  }

  /** @returns undefined if another submission with the same Idempotency-Key has added it */
  async function add(ids: TaskIds, data: JobData): Promise<Task | undefined> {
    await reserve(deps, { tasks: [data.task], ids: [ids.id], principal: data.principal });
    const { keep } = depth.limits;
    const isPlain = ids.id === data.submission && data.task.callbackUrl === null;
    const job = isPlain ? await queues.add(ids.id, data, keep) : await queues.addUnlessThere(ids, data, keep);
    if (!job) return undefined;
    const task = toTask(job, 'waiting', type);
    if (!task) throw new Error('The stored data of the submission is invalid');
    return task;
  }
}

/** Tasks that are about to be added. */
export interface Reservation {
  readonly tasks: readonly TaskSpec[];
  readonly ids: readonly string[];
  readonly principal: string | undefined;
}

/**
 * Rejects tasks for which there is no room; counts the others as waiting.
 *
 * @throws {HttpError} `queue_full`, `quota_exceeded`; `invalid` if there can never be room for so many
 */
export async function reserve(
  { depth, metrics, waitingQuota }: Pick<SubmitDeps, 'depth' | 'metrics' | 'waitingQuota'>,
  { tasks, ids, principal }: Reservation,
): Promise<void> {
  function requireRoom(): void {
    const rejection = depth.rejectionOf(tasks);
    if (!rejection) return;
    metrics.submissionRejected(rejection.reason);
    throw queueFull(rejection);
  }
  rejectIfMoreThan(depth.limits.maxQueued, tasks.length);
  requireRoom();
  if (principal !== undefined && waitingQuota) {
    await waitingQuota(principal, ...ids);
    // Others may have been faster.
    requireRoom();
  }
  depth.adding(tasks);
}

/**
 * A repetition would not help a batch of more tasks than may wait.
 *
 * @throws {HttpError} `invalid`
 */
export function rejectIfMoreThan(limit: number, received: number): void {
  if (received <= limit) return;
  const detail = `Must be a list of at most ${limit} tasks, because no more may wait, received ${received}`;
  throw new HttpError('invalid', { detail, errors: [{ field: '(root)', detail }] });
}

/** The response to a submission for which there is no room. */
export function queueFull({ detail }: QueueRejection): HttpError {
  return new HttpError('queue_full', { detail, retryAfter: 5 });
}

/** What is stored of a submission. */
export function dataOf(task: TaskSpec, submission: string, context: SubmitContext): JobData {
  const { requestId, traceparent, principal, batch } = context;
  const fitsFirstVersion =
    !principal && !batch && task.runAt === undefined && task.queueTimeoutSeconds === undefined;
  const version = fitsFirstVersion ? FIRST_JOB_VERSION : JOB_VERSION;
  return {
    version,
    task,
    submission,
    requestId,
    traceparent,
    ...(principal && { principal: principal.name }),
    ...(batch && { batch }),
  };
}

/** What a client that repeats a submission must know. */
export function retryHint(idempotencyKey: string | undefined): string {
  return idempotencyKey === undefined
    ? 'A retry may create a second task: send an Idempotency-Key to make retries safe'
    : 'A retry with the same Idempotency-Key creates no second task';
}

function replay(task: Task, spec: TaskSpec): Submitted {
  // Compared in its stored form: JSON turns -0 into 0.
  const asStored: unknown = JSON.parse(JSON.stringify(spec));
  linkTo(task.stored.traceparent);
  if (isDeepStrictEqual(task.stored.task, asStored)) return { summary: task.summary, created: false };
  throw new HttpError('idempotency_conflict', {
    detail: 'Expected the body of the task with this Idempotency-Key, received a different one',
    extensions: { task_id: task.summary.request_id },
  });
}
