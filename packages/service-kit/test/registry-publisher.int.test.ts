import { eventually, startRedis, testRedisUrl, uniquePrefix } from '@primes/testing';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { RedisConnections, publishPeriodically, readPublications } from '../src/index.ts';

const log = pino({ level: 'silent' });
const KEYS = {
  index: (prefix: string) => `${prefix}:index`,
  key: (prefix: string, instance: string) => `${prefix}:${instance}`,
};

/** Publishes three times a second how often it has published. */
function startPublisher(url: string) {
  const prefix = uniquePrefix();
  const connections = new RedisConnections({
    service: 'fixture',
    commandTimeoutMs: 2_000,
    observe: () => undefined,
    log,
  });
  const redis = connections.background({ url, prefix });
  const hooks: (() => unknown)[] = [];
  const lifecycle = {
    signal: new AbortController().signal,
    onClose: (_: string, close: () => unknown) => hooks.push(close),
    stop: () => undefined,
  };
  let count = 0;
  const publication = { ...KEYS, name: 'report', ttlSeconds: 1, read: () => ++count, removeAtEnd: true };
  publishPeriodically(publication, { redis, prefix, service: 'fixture', log, lifecycle });
  return {
    count: () => count,
    published: () => readPublications(KEYS, redis, prefix),
    async [Symbol.asyncDispose]() {
      for (const close of hooks) await close();
      connections.close();
    },
  };
}

it('keeps no further publications in memory while one waits for Redis', async () => {
  await using server = await startRedis();
  await using publisher = startPublisher(server.url);
  await eventually(async () => {
    expect(await publisher.published()).not.toEqual([]);
  });
  await server.stop();
  const before = publisher.count();
  await using other = startPublisher(testRedisUrl());
  await eventually(() => {
    expect(other.count()).toBeGreaterThan(5);
  });
  expect(publisher.count()).toBeLessThanOrEqual(before + 1);
  await server.start();
  await eventually(async () => {
    const [latest] = await publisher.published();
    expect(Number(latest)).toBeGreaterThan(before + 1);
  });
});
