import { TASK_QUEUE, type JobData, type JobResult } from '@primes/contracts';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { behind } from '../support/behind.ts';
import { taskClient } from '../support/task-client.ts';
import { forward } from './forward.ts';
import { get } from './kubectl.ts';

/** The release that is installed, as a client sees it and from behind. */
export async function openSystem() {
  await using building = new AsyncDisposableStack();
  const api = building.use(await forward('primes-api', 8_000));
  const { data } = await get('secret', 'primes');
  const password = Buffer.from(data?.['redis-password'] ?? '', 'base64').toString();

  async function connect(service: string): Promise<Redis> {
    const { host } = building.use(await forward(service, 6_379));
    const redis = new Redis(`redis://:${password}@${host}`, { maxRetriesPerRequest: null });
    // Its pod may be what a test deletes.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  }

  const redis = await connect('primes-redis-queue');
  const storeRedis = await connect('primes-redis-store');
  const queue = new Queue<JobData, JobResult>(TASK_QUEUE, { connection: redis });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  const parts = building.move();
  return {
    api: `http://${api.host}`,
    redis,
    storeRedis,
    queue,
    ...taskClient(() => `http://${api.host}`),
    ...behind({ redis, storeRedis, queue }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
export type ClusterSystem = Awaited<ReturnType<typeof openSystem>>;
