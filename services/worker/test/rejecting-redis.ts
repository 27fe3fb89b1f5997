import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, type TestRedis } from '@primes/testing';
import { Redis } from 'ioredis';

/** A state in which a Redis rejects commands. */
export interface Rejection {
  /** The first word of its errors. */
  readonly code: string;
  /** The log messages of a process. It reconnects if the role of the server may have changed. */
  readonly messages: readonly [begin: string, end: string];
  readonly begin: (redis: Redis) => Promise<unknown>;
  readonly end: (redis: Redis) => Promise<unknown>;
}

const REJECTS = ['redis rejects commands', 'redis accepts commands'] as const;
const RECONNECTS = ['redis connection lost', 'redis connection restored'] as const;

export const REJECTIONS: readonly Rejection[] = [
  {
    code: 'OOM',
    messages: REJECTS,
    begin: (redis) => redis.config('SET', 'maxmemory', '1'),
    end: (redis) => redis.config('SET', 'maxmemory', '0'),
  },
  {
    code: 'READONLY',
    messages: RECONNECTS,
    // The primary never responds, so the server stays a replica with its own data.
    begin: (redis) => redis.replicaof('127.0.0.1', '1'),
    end: (redis) => redis.replicaof('NO', 'ONE'),
  },
  {
    code: 'NOREPLICAS',
    messages: RECONNECTS,
    begin: (redis) => redis.config('SET', 'min-replicas-to-write', '1'),
    end: (redis) => redis.config('SET', 'min-replicas-to-write', '0'),
  },
  {
    code: 'MISCONF',
    messages: REJECTS,
    begin: async (redis) => {
      await redis.config('SET', 'save', '3600 1000000');
      // A folder with the name of the snapshot, which cannot be renamed to it.
      await mkdir(await snapshotPath(redis));
      await redis.bgsave();
      await eventually(async () => {
        const info = await redis.info('persistence');
        if (!info.includes('rdb_last_bgsave_status:err')) throw new Error('No snapshot has failed yet');
      });
    },
    end: async (redis) => {
      await rm(await snapshotPath(redis), { recursive: true });
      await redis.config('SET', 'save', '');
    },
  },
];

/** Brings a Redis into the state; `end` brings it back. */
export async function rejectCommands({ url }: Pick<TestRedis, 'url'>, { begin, end }: Rejection) {
  const redis = new Redis(url);
  await begin(redis);
  return {
    /** The number of errors with this name so far. */
    async count(code: string): Promise<number> {
      const errors = await redis.info('errorstats');
      return Number(new RegExp(`errorstat_${code}:count=(\\d+)`).exec(errors)?.[1] ?? 0);
    },
    end: () => end(redis),
    [Symbol.dispose]() {
      redis.disconnect();
    },
  };
}

async function snapshotPath(redis: Redis): Promise<string> {
  const [, dir = ''] = await redis.config('GET', 'dir');
  return join(dir, 'dump.rdb');
}
