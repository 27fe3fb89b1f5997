import { randomUUID } from 'node:crypto';
import { countersKey, type JobData, type JobResult } from '@primes/contracts';
import { PrimeStore, SegmentLeases, StoreKeys } from '@primes/prime-store';
import { registryKey } from '@primes/service-kit';
import { eventually } from '@primes/testing';
import { Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** How the queues are called where nobody names them. */
const QUEUE_PREFIX = 'bull';

export interface Engines {
  readonly redis: Redis;
  readonly storeRedis: Redis;
  readonly queue: Queue<JobData, JobResult>;
}

/** What a test needs to look behind the api, and to keep work from going on. */
export function behind({ redis, storeRedis, queue }: Engines) {
  const keys = new StoreKeys();
  const leases = new SegmentLeases(storeRedis);
  return {
    store: new PrimeStore(storeRedis),
    async job({ request_id: id }: { request_id: string }): Promise<Job<JobData, JobResult>> {
      const job = await Job.fromId<JobData, JobResult>(queue, id);
      if (!job) throw new Error(`There is no job ${id}`);
      return job;
    },
    counters: () => redis.hgetall(countersKey(QUEUE_PREFIX)),
    /** Segments in the manifest. */
    stored: () => storeRedis.hlen(keys.manifest),
    /** Resolves once so many segments are stored: work is under way. */
    async storedAtLeast(segments: number): Promise<void> {
      await eventually(
        async () => {
          const stored = await storeRedis.hlen(keys.manifest);
          if (stored < segments) throw new Error(`${stored} of ${segments} segments`);
        },
        { timeoutMs: 30_000, intervalMs: 5 },
      );
    },
    /** Keeps workers from the segments `from`…`to`, until the returned function is called. */
    async hold(from: number, to = from): Promise<() => Promise<void>> {
      const owner = randomUUID();
      const segments = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      const { claimed } = await leases.claim(segments, { owner, ttlMs: 600_000, most: segments.length });
      if (claimed.length < segments.length) throw new Error(`Some of ${from}…${to} are not free`);
      return () => leases.release(segments, owner);
    },
    /** From now on `published` counts only what is published from now on. */
    async forgetPublished(): Promise<void> {
      const found = await redis.keys(registryKey(QUEUE_PREFIX, '*'));
      if (found.length > 0) await redis.unlink(found);
    },
    /**
     * The sum of a counter over the registries that the instances of a name (a pattern) have published last; they
     * outlive their process by half a minute.
     */
    async published(metric: string, instances: string): Promise<number> {
      const found = await redis.keys(registryKey(QUEUE_PREFIX, instances));
      const texts = found.length > 0 ? await redis.mget(found) : [];
      const values = texts.flatMap((text) => {
        const metrics = JSON.parse(text ?? '[]') as { name: string; values: { value: number }[] }[];
        return metrics.find(({ name }) => name === metric)?.values ?? [];
      });
      if (values.length === 0) throw new Error(`${instances} has published no ${metric}`);
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}
