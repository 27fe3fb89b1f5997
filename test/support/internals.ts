import type { JobData, JobReturnValue } from '@primes/contracts';
import { registryKey } from '@primes/service-kit';
import { taskCounters } from '@primes/testing';
import { Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** The default of QUEUE_PREFIX. */
const QUEUE_PREFIX = 'bull';

export interface Engines {
  readonly redis: Redis;
  readonly queue: Queue<JobData, JobReturnValue>;
}

/** Access to the jobs and the counters behind the api. */
export function internals({ redis, queue }: Engines) {
  return {
    async job({ request_id: id }: { request_id: string }): Promise<Job<JobData, JobReturnValue>> {
      const job = await Job.fromId<JobData, JobReturnValue>(queue, id);
      if (!job) throw new Error(`Job ${id} does not exist`);
      return job;
    },
    counters: () => taskCounters(redis, QUEUE_PREFIX, queue.name),
    /** Deletes the published registries, so that `published` sees only later ones. */
    async forgetPublished(): Promise<void> {
      const found = await redis.keys(registryKey(QUEUE_PREFIX, '*'));
      if (found.length > 0) await redis.unlink(found);
    },
    /**
     * The sum of a counter over the last registries of the instances that match a pattern. Registries outlive their
     * process by 30 s.
     */
    async published(metric: string, instances: string): Promise<number> {
      const found = await redis.keys(registryKey(QUEUE_PREFIX, instances));
      const texts = found.length > 0 ? await redis.mget(found) : [];
      const values = texts.flatMap((text) => {
        const metrics = JSON.parse(text ?? '[]') as { name: string; values: { value: number }[] }[];
        return metrics.find(({ name }) => name === metric)?.values ?? [];
      });
      if (values.length === 0) throw new Error(`${instances} published no ${metric}`);
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}
