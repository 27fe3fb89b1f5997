import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@primes/testing';
import {
  checkRedis,
  createBackgroundRedis,
  createRequestRedis,
  isRedisUnavailable,
  reportConnection,
} from '@primes/service-kit';
import type { Redis } from 'ioredis';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ appendonly: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const quiet = (redis: Redis) => redis.on('error', () => undefined);
const ready = (redis: Redis) => eventually(() => redis.ping());

describe('createRequestRedis()', () => {
  it('fails at once while Redis is away, and works again by itself', async () => {
    const redis = quiet(createRequestRedis(server.url, { name: 'test', commandTimeoutMs: 2_000 }));
    await ready(redis);
    await server.stop();
    const failure: unknown = await redis.get('a').catch((error: unknown) => error);
    expect(isRedisUnavailable(failure)).toBe(true);
    await server.start();
    await ready(redis);
    redis.disconnect();
  });
});

describe('createBackgroundRedis()', () => {
  it('keeps a command until Redis is back', async () => {
    const redis = quiet(createBackgroundRedis(server.url, { name: 'test', commandTimeoutMs: 2_000 }));
    await ready(redis);
    await server.stop();
    const written = redis.set('kept', '1');
    await server.start();
    await expect(written).resolves.toBe('OK');
    redis.disconnect();
  });
});

describe('observe', () => {
  it('hears of every command once, with its outcome', async () => {
    const heard: string[] = [];
    const observe = (operation: string, status: string) => heard.push(`${operation} ${status}`);
    const redis = quiet(createRequestRedis(server.url, { name: 'test', commandTimeoutMs: 2_000, observe }));
    await ready(redis);
    heard.length = 0;
    await redis.set('text', 'a');
    await expect(redis.incr('text')).rejects.toThrow();
    await Promise.all([redis.get('text'), redis.get('text')]);
    await eventually(() => {
      expect(heard).toEqual(['set success', 'incr error', 'get success', 'get success']);
    });
    redis.disconnect();
  });
});

describe('reportConnection()', () => {
  it('logs an outage once, and its end', async () => {
    const lines: string[] = [];
    const log = {
      warn: (_: object, line: string) => lines.push(line),
      info: (_: object, line: string) => lines.push(line),
    };
    const redis = createRequestRedis(server.url, { name: 'test', commandTimeoutMs: 2_000 });
    reportConnection(redis, log);
    await ready(redis);
    await server.stop();
    // Three reconnects at least, so that a line for each would show.
    let tries = 0;
    redis.on('reconnecting', () => tries++);
    await eventually(() => {
      expect(tries).toBeGreaterThan(2);
    });
    await server.start();
    await ready(redis);
    expect(lines).toEqual(['redis is away', 'redis is back']);
    redis.disconnect();
  });
});

describe('checkRedis()', () => {
  it('resolves when Redis answers and is new enough', async () => {
    await expect(checkRedis(server.url, 1_000)).resolves.toBeUndefined();
  });

  it('names the address and the reason, never the password', async () => {
    const check = checkRedis('redis://:hunter2@127.0.0.1:1', 1_000);
    await expect(check).rejects.toThrow(/^Redis at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    await expect(check).rejects.not.toThrow(/hunter2/);
  });
});
