import { TASK_QUEUE } from '@primes/contracts';
import { createBackgroundRedis } from '@primes/service-kit';
import { eventually } from '@primes/testing';
import { Queue } from 'bullmq';
import type { Client } from './client.ts';
import { timed } from './statistics.ts';
import type { System } from './system.ts';

export const SUBMISSIONS = 5_000;
export const CONNECTIONS = 32;

/** Milliseconds that SUBMISSIONS cached tasks took to be submitted, then to be drained by one worker. */
export interface SubmitAndDrain {
  readonly submit: number;
  readonly drain: number;
}

/** Submits to a paused queue, so that the worker is ready and warm before it has anything to drain. */
export async function submitAndDrain(
  system: System,
  client: Client,
  env: Record<string, string> = {},
): Promise<SubmitAndDrain> {
  const redis = createBackgroundRedis(system.redis.url, { name: 'bench', commandTimeoutMs: 2_000 });
  const queue = new Queue(TASK_QUEUE, { connection: redis, prefix: 'bench' });
  await queue.pause();
  const submit = await timed(() => submitMany(client));
  const worker = await system.startWorker(env);
  const drain = await timed(async () => {
    await queue.resume();
    await eventually(
      async () => {
        const left = await queue.getJobCountByTypes('waiting', 'active', 'prioritized');
        if (left > 0) throw new Error(`${left} tasks are left`);
      },
      { timeoutMs: 120_000, intervalMs: 5 },
    );
  });
  await worker[Symbol.asyncDispose]();
  await queue.close();
  redis.disconnect();
  return { submit, drain };
}

async function submitMany(client: Client): Promise<void> {
  let left = SUBMISSIONS;
  const connection = async () => {
    while (left-- > 0) await client.submit({ n: 1_000 });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}
