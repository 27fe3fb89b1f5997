import { type JobData, type JobReturnValue } from '@primes/contracts';
import { primes } from '@primes/primes';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { primesInternals } from '../primes/internals.ts';
import { primesClient } from '../primes/task-client.ts';
import { forward } from './forward.ts';
import { get } from './kubectl.ts';

/** The installed release: a client of its api, and access to its internals. */
export async function openSystem() {
  await using building = new AsyncDisposableStack();
  const api = building.use(await forward('primes-api', 8_000));
  const { data } = await get('secret', 'primes');
  const password = Buffer.from(data?.['redis-password'] ?? '', 'base64').toString();

  async function connect(service: string): Promise<Redis> {
    const { host } = building.use(await forward(service, 6_379));
    const redis = new Redis(`redis://${host}`, {
      connectionName: 'test',
      password,
      maxRetriesPerRequest: null,
    });
    // Tests delete its pod.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  }

  const redis = await connect('primes-redis-queue');
  const storeRedis = await connect('primes-redis-store');
  const queue = new Queue<JobData, JobReturnValue>(primes.name, { connection: redis });
  queue.on('error', () => undefined);
  building.defer(() => queue.close());
  const parts = building.move();
  return {
    api: `http://${api.host}`,
    redis,
    storeRedis,
    queue,
    ...primesClient(() => `http://${api.host}`),
    ...primesInternals({ redis, storeRedis, queue }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
export type ClusterSystem = Awaited<ReturnType<typeof openSystem>>;
