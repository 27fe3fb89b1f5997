import type { RedisClient } from '@primes/contracts';
import { readJson, readWorkerReports, type Logger } from '@primes/service-kit';
import * as z from 'zod';
import type {} from 'zod-openapi';
import type { ApiConfig } from '../config.ts';
import type { Replicated } from '../queue/replicated-queues.ts';
import type { TaskQueues } from '../queue/task-queues.ts';

const count = (description: string) => z.int().min(0).meta({ description });

/** The response of GET /queue. */
export const QueueStateSchema = z
  .strictObject({
    name: z.string(),
    paused: z.boolean().meta({ description: 'Workers take no further task; running tasks continue' }),
    paused_by: z.string().nullable().meta({
      description: 'Principal; null if authentication is off, or the queue was paused by another program',
    }),
    paused_since: z.iso.datetime().nullable(),
    counts: z.strictObject({
      pending: count('Waiting, including recomputations for readers'),
      processing: count('Running'),
      done: count('Kept done tasks'),
      failed: count('Kept failed and cancelled tasks'),
    }),
    workers: count('Processes that take tasks'),
  })
  .meta({ id: 'QueueState' });
export type QueueState = z.infer<typeof QueueStateSchema>;

const PauseSchema = z.object({ by: z.string().nullable(), since: z.iso.datetime() });

/**
 * BullMQ tests only whether the field `paused` exists in the hash `meta`, and removes it to resume. So its value can say who has
 * paused the queue, and whatever resumes the queue removes that too. Another program writes 1.
 *
 * KEYS: meta. ARGV: the value.
 */
const RECORD_PAUSE = `
if redis.call('HGET', KEYS[1], 'paused') == '1' then redis.call('HSET', KEYS[1], 'paused', ARGV[1]) end`;

export interface QueueControlDeps {
  readonly queues: TaskQueues;
  /** The connection of `queues`. */
  readonly redis: RedisClient;
  /** What acknowledges changes. */
  readonly replicated: Replicated;
  readonly config: Pick<ApiConfig, 'QUEUE_PREFIX'>;
  readonly log: Logger;
}

/** The queue of tasks as an operator sees it. */
export class QueueControl {
  readonly #deps: QueueControlDeps;

  constructor(deps: QueueControlDeps) {
    this.#deps = deps;
  }

  async state(): Promise<QueueState> {
    const { queues, redis, config } = this.#deps;
    const [paused, counts, workers] = await Promise.all([
      redis.hget(queues.tasks.toKey('meta'), 'paused'),
      queues.tasks.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'),
      readWorkerReports(redis, config.QUEUE_PREFIX),
    ]);
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0, completed = 0, failed = 0 } = counts;
    const pause = readJson(PauseSchema, paused);
    return {
      name: queues.tasks.name,
      paused: paused !== null,
      paused_by: pause?.by ?? null,
      paused_since: pause?.since ?? null,
      counts: { pending: waiting + prioritized + delayed, processing: active, done: completed, failed },
      workers: workers.length,
    };
  }

  /**
   * Stops workers from taking tasks. A queue that is paused already keeps who has paused it.
   *
   * @param by null if authentication is off
   * @returns whether it was running before
   */
  async pause(by: string | null): Promise<boolean> {
    const { redis, queues } = this.#deps.replicated;
    if (await queues.tasks.isPaused()) return false;
    await queues.tasks.pause();
    const value = JSON.stringify({ by, since: new Date().toISOString() });
    await redis.eval(RECORD_PAUSE, 1, queues.tasks.toKey('meta'), value);
    this.#deps.log.info({ principal: by ?? undefined }, 'queue paused');
    return true;
  }

  /** @returns whether it was paused before */
  async resume(): Promise<boolean> {
    const { tasks } = this.#deps.replicated.queues;
    if (!(await tasks.isPaused())) return false;
    await tasks.resume();
    this.#deps.log.info('queue resumed');
    return true;
  }
}
