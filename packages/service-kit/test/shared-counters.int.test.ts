import { describe, expect, it } from '@jest/globals';
import { eventually, startRedis, testRedisUrl, uniquePrefix } from '@primes/testing';
import { Redis } from 'ioredis';
import { SharedCounters } from '../src/index.ts';

describe('SharedCounters', () => {
  it('sum up over processes, with one command per field and turn of the event loop', async () => {
    const key = uniquePrefix();
    const redis = new Redis(testRedisUrl());
    const sent: unknown[] = [];
    const spied = {
      hincrby: (...args: [string, string, number]) => {
        sent.push(args);
        return redis.hincrby(...args);
      },
    } as Pick<Redis, 'hincrby'>;
    const [first, second] = [new SharedCounters(spied, key), new SharedCounters(redis, key)];
    for (let i = 0; i < 3; i++) {
      first.add('hits', 2);
      // Another microtask of the same turn.
      await Promise.resolve();
    }
    first.add('misses');
    first.add('misses', 0);
    second.add('hits');
    await eventually(async () => {
      expect(await redis.hgetall(key)).toEqual({ hits: '7', misses: '1' });
    });
    expect(sent).toEqual([
      [key, 'hits', 6],
      [key, 'misses', 1],
    ]);
    first.add('hits');
    await eventually(async () => {
      expect(await redis.hget(key, 'hits')).toBe('8');
    });
    await redis.unlink(key);
    await redis.quit();
  });

  it('keep counts that Redis rejects, for example while its memory is full', async () => {
    await using server = await startRedis();
    const redis = new Redis(server.url);
    const counters = new SharedCounters(redis, 'key');
    await redis.config('SET', 'maxmemory', 1);
    counters.add('hits', 2);
    counters.add('misses');
    await new Promise(setImmediate);
    await expect(redis.hincrby('key', 'hits', 1)).rejects.toThrow('OOM');
    await redis.config('SET', 'maxmemory', 0);
    counters.add('hits', 3);
    await eventually(async () => {
      expect(await redis.hgetall('key')).toEqual({ hits: '5', misses: '1' });
    });
    redis.disconnect();
  });

  it('do not reject while Redis is unavailable', async () => {
    const redis = new Redis({ lazyConnect: true, enableOfflineQueue: false });
    const counters = new SharedCounters(redis, 'key');
    counters.add('hits');
    // An unhandled rejection would end the process.
    await new Promise(setImmediate);
    redis.disconnect();
  });
});
