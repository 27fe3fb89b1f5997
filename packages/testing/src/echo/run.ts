import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClient, TaskRunnerFactory } from '@primes/contracts';
import type { EchoInput, EchoResult } from './index.ts';

/** A run continues where the previous one stopped. Each step is counted once, and the result has their number. */
export const runner: TaskRunnerFactory<EchoInput, EchoResult> = {
  open: ({ redis, keyPrefix }) => {
    const connection = redis();
    return {
      async run({ text, steps, step_ms, hold, throws, kill }, context) {
        const { signal } = context;
        const done = () => context.counts['steps'] ?? 0;
        while (done() < steps) {
          context.progress(done(), steps);
          const isLast = done() === steps - 1;
          if (isLast && hold !== '') await released(connection, holdKey(keyPrefix, hold), signal);
          if (isLast && kill) process.kill(process.pid, 'SIGKILL');
          if (step_ms > 0) await delay(step_ms, undefined, { signal });
          signal.throwIfAborted();
          context.count('steps');
        }
        if ((context.counts['throws'] ?? 0) < throws) {
          context.count('throws');
          throw new Error('The input asks for a failure');
        }
        return { text, steps: done() };
      },
    };
  },
};

/** Lets all tasks end that have this `hold`, now and later, in workers with this STORE_PREFIX. */
export async function release(redis: RedisClient, keyPrefix: string, hold: string): Promise<void> {
  await redis.set(holdKey(keyPrefix, hold), 'released');
}

function holdKey(keyPrefix: string, hold: string): string {
  return `${keyPrefix}:hold:${hold}`;
}

async function released(redis: RedisClient, key: string, signal: AbortSignal): Promise<void> {
  while (!(await redis.exists(key))) await delay(20, undefined, { signal });
}
