import type { createRedisBackend, RedisQueueBackend } from 'bullmq';
import type { RedisClock } from './redis-clock.ts';

/** BullMQ's scripts that start delayed jobs, or delay one. */
const SCRIPTS = new Set(['moveToActive', 'moveToDelayed', 'moveToFinished', 'retryJob']);
/**
 * In milliseconds since the epoch: September 2001. No other number among their arguments is as large; a delay of 30 years
 * would be. Not only what is close to the wall clock now: a script that Redis rejects is sent again with its first time.
 */
const MIN_TIME = 1e12;
/** The index in a script's reply of the time at which the next delayed job is due. */
const NEXT_DUE = 3;

/**
 * The backend of a BullMQ Worker or Queue that uses the time of Redis in Redis. BullMQ uses the wall clock: one that is
 * an hour ahead starts all jobs that are delayed by less, and so uses all attempts of a job at once.
 */
export function clockedBackend(
  clock: Pick<RedisClock, 'now'>,
  create: typeof createRedisBackend,
): typeof createRedisBackend {
  return (...args) => {
    const backend = create(...args);
    const execCommand = backend.execCommand.bind(backend) as (...call: Command) => Promise<unknown>;
    const waitForJob = backend.waitForJob.bind(backend);
    return Object.assign(backend, {
      async execCommand(...[client, name, values]: Command): Promise<unknown> {
        if (!SCRIPTS.has(name)) return execCommand(client, name, values);
        const reply = await execCommand(client, name, values.map(toRedisTime));
        if (Array.isArray(reply)) reply[NEXT_DUE] = toWallTime(Number(reply[NEXT_DUE]));
        return reply;
      },
      async waitForJob(timeoutSeconds: number) {
        const marker = await waitForJob(timeoutSeconds);
        return marker && { ...marker, score: toWallTime(marker.score) };
      },
    });
  };

  function toRedisTime(value: unknown): unknown {
    return typeof value === 'number' && value > MIN_TIME ? clock.now() : value;
  }

  /** Without a next job, it is 0. */
  function toWallTime(time: number): number {
    return time > 0 ? time + Date.now() - clock.now() : 0;
  }
}

type Command = Parameters<RedisQueueBackend['execCommand']>;
