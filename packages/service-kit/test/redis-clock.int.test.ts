import { startRedis } from '@primes/testing';
import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisClock } from '../src/index.ts';

it('asks once while Redis does not respond', async () => {
  await using server = await startRedis();
  const redis = new Redis(server.url);
  const clock = new RedisClock(redis);
  await clock.synchronize();
  server.signal('SIGSTOP');
  const asked = [clock.synchronize(), clock.synchronize(), clock.synchronize()];
  server.signal('SIGCONT');
  await Promise.all(asked);
  expect(await redis.info('commandstats')).toMatch(/^cmdstat_time:calls=2,/m);
  await clock.synchronize();
  expect(await redis.info('commandstats')).toMatch(/^cmdstat_time:calls=3,/m);
  clock.close();
  redis.disconnect();
});
