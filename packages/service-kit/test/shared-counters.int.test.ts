import { describe, expect, it } from '@jest/globals';
import { eventually, testRedisUrl, uniquePrefix } from '@primes/testing';
import { Redis } from 'ioredis';
import { SharedCounters } from '../src/index.ts';

describe('SharedCounters', () => {
  it('add up over processes, with one command a field for what is counted at once', async () => {
    const key = uniquePrefix();
    const redis = new Redis(testRedisUrl());
    const sent: unknown[] = [];
    const spied = {
      hincrby: (...args: [string, string, number]) => {
        sent.push(args);
        return redis.hincrby(...args);
      },
    } as Pick<Redis, 'hincrby'>;
    const [here, there] = [new SharedCounters(spied, key), new SharedCounters(redis, key)];
    for (let i = 0; i < 3; i++) {
      here.add('hits', 2);
      // Another promise of the same turn.
      await Promise.resolve();
    }
    here.add('misses');
    here.add('misses', 0);
    there.add('hits');
    await eventually(async () => {
      expect(await redis.hgetall(key)).toEqual({ hits: '7', misses: '1' });
    });
    expect(sent).toEqual([
      [key, 'hits', 6],
      [key, 'misses', 1],
    ]);
    here.add('hits');
    await eventually(async () => {
      expect(await redis.hget(key, 'hits')).toBe('8');
    });
    await redis.unlink(key);
    await redis.quit();
  });

  it('cost nothing but the count while Redis is away', async () => {
    const redis = new Redis({ lazyConnect: true, enableOfflineQueue: false });
    const counters = new SharedCounters(redis, 'key');
    counters.add('hits');
    // A rejection that nobody handles would end the process.
    await new Promise(setImmediate);
    redis.disconnect();
  });
});
