import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  JOB_VERSION,
  countersKey,
  type CounterField,
  type JobData,
  type TaskSpec,
  type TaskSummary,
} from '@primes/contracts';
import { SharedCounters, isRedisUnavailable, linkTo } from '@primes/service-kit';
import type { Redis } from 'ioredis';
import type { ApiConfig } from '../config.ts';
import { httpError } from '../errors.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { QueueDepth } from '../queue/queue-depth.ts';
import type { TaskQueues } from '../queue/task-queues.ts';
import { addOnce } from './flow-claim.ts';
import { hasExpired, type Lookup } from './lookup.ts';
import { taskIdOfKey } from './task-id.ts';
import { toTask, type Task } from './task-view.ts';

export interface SubmitContext {
  readonly requestId: string;
  readonly traceparent: string;
  readonly idempotencyKey: string | undefined;
}

/** `created` is false when the Idempotency-Key had made this task before. */
export interface Submitted {
  readonly summary: TaskSummary;
  readonly created: boolean;
}

export type Submit = (spec: TaskSpec, context: SubmitContext) => Promise<Submitted>;

export interface SubmitDeps {
  readonly redis: Redis;
  readonly queues: TaskQueues;
  readonly depth: QueueDepth;
  readonly lookup: Lookup;
  readonly metrics: ApiMetrics;
  readonly config: ApiConfig;
}

/** The use case of POST /tasks: at most one task for each Idempotency-Key, acknowledged once Redis has it. */
export function createSubmit({ redis, queues, depth, lookup, metrics, config }: SubmitDeps): Submit {
  const { QUEUE_PREFIX: queuePrefix, MAX_QUEUED: maxQueued, IDEMPOTENCY_SECRET: secret } = config;
  const counters = new SharedCounters<CounterField>(redis, countersKey(queuePrefix));

  return async function submit(spec, { requestId, traceparent, idempotencyKey }) {
    const data: JobData = {
      version: JOB_VERSION,
      task: spec,
      submission: randomUUID(),
      requestId,
      traceparent,
    };
    const id =
      idempotencyKey === undefined ? data.submission : taskIdOfKey(idempotencyKey, { principal: '', secret });
    try {
      const task = idempotencyKey === undefined ? await add(id, data) : await addUnlessThere(id, data);
      if (task.stored.submission !== data.submission) return replay(task, spec);
      count();
      return { summary: task.summary, created: true };
    } catch (error) {
      if (!isRedisUnavailable(error)) throw error;
      // The add may have been carried out, so the client is told under which id to look.
      throw httpError('redis_unavailable', {
        detail: 'Redis did not answer; the task may have been accepted under task_id',
        retryAfter: 1,
        extensions: { task_id: id },
      });
    }
  };

  async function addUnlessThere(id: string, data: JobData): Promise<Task> {
    const there = await lookup(id);
    if (there) return there;
    refuseWhenFull();
    if (data.task.callbackUrl === null) {
      await add(id, data);
      const stored = await lookup(id);
      if (stored) return stored;
      // An expired task holds the id: the add has changed nothing.
    }
    const key = `${queuePrefix}:submission:${id}`;
    return addOnce(redis, { key, find: () => lookup(id), add: () => replaceExpired(id, data) });
  }

  /** Only for the one who has the claim: another could have put a new task in the place of the old one. */
  async function replaceExpired(id: string, data: JobData): Promise<Task> {
    const old = await queues.tasks.getJob(id);
    if (old && hasExpired(old, config)) await queues.tasks.remove(id);
    const added = await add(id, data);
    // Without a webhook another may have been quicker, without the claim. A duplicate add changes nothing,
    // yet gives back our own data: only the stored job can tell.
    return (await lookup(id)) ?? added;
  }

  async function add(id: string, data: JobData): Promise<Task> {
    refuseWhenFull();
    const job =
      data.task.callbackUrl === null ? await queues.add(id, data) : await queues.addWithWebhook(id, data);
    const task = toTask(job, 'waiting');
    if (!task) throw new Error('The submission made data that its own reader refuses');
    return task;
  }

  function refuseWhenFull(): void {
    if (depth.waiting < maxQueued) return;
    throw httpError('queue_full', { detail: `At most ${maxQueued} tasks may wait`, retryAfter: 5 });
  }

  function count(): void {
    depth.added();
    metrics.taskStarted();
    counters.add('started');
  }
}

function replay(task: Task, spec: TaskSpec): Submitted {
  // Compared as Redis would have kept it: JSON makes 0 of -0.
  const asStored: unknown = JSON.parse(JSON.stringify(spec));
  linkTo(task.stored.traceparent);
  if (isDeepStrictEqual(task.stored.task, asStored)) return { summary: task.summary, created: false };
  throw httpError('idempotency_conflict', {
    detail: 'This Idempotency-Key belongs to a task with another body',
    extensions: { task_id: task.summary.request_id },
  });
}
