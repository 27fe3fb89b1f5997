import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@primes/testing';
import { checkRedis, ServiceRedis, isRedisUnavailable, reportConnection } from '@primes/service-kit';
import type { Redis } from 'ioredis';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ appendonly: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const quiet = (redis: Redis) => redis.on('error', () => undefined);
const ready = (redis: Redis) => eventually(() => redis.ping());

describe('a connection for requests', () => {
  it('fails at once while Redis is unavailable, and recovers', async () => {
    const redis = quiet(
      new ServiceRedis({ port: server.port }, 'request', { name: 'test', commandTimeoutMs: 2_000 }),
    );
    await ready(redis);
    await server.stop();
    const failure: unknown = await redis.get('a').catch((error: unknown) => error);
    expect(isRedisUnavailable(failure)).toBe(true);
    await server.start();
    await ready(redis);
    redis.disconnect();
  });
});

describe('a connection for background work', () => {
  it('queues a command until Redis is available again', async () => {
    const redis = quiet(
      new ServiceRedis({ port: server.port }, 'background', { name: 'test', commandTimeoutMs: 2_000 }),
    );
    await ready(redis);
    await server.stop();
    const written = redis.set('kept', '1');
    await server.start();
    await expect(written).resolves.toBe('OK');
    redis.disconnect();
  });
});

describe('the delay before another attempt to connect', () => {
  it.each(['request', 'background'] as const)('grows to about a second: %s', (kind) => {
    const redis = quiet(
      new ServiceRedis({ port: server.port }, kind, { name: 'test', commandTimeoutMs: 2_000 }),
    );
    redis.disconnect();
    const delays = [1, 2, 3, 100].map((attempt) => Number(redis.options.retryStrategy?.(attempt)));
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays[0]).toBeGreaterThanOrEqual(75);
    expect(delays.at(-1)).toBeGreaterThanOrEqual(750);
    expect(delays.at(-1)).toBeLessThanOrEqual(1_250);
  });
});

describe('observe()', () => {
  it('is called once per command, with its outcome', async () => {
    const observed: string[] = [];
    const observe = (operation: string, status: string) => observed.push(`${operation} ${status}`);
    const redis = quiet(
      new ServiceRedis({ port: server.port }, 'request', { name: 'test', commandTimeoutMs: 2_000, observe }),
    );
    await ready(redis);
    observed.length = 0;
    await redis.set('text', 'a');
    await expect(redis.incr('text')).rejects.toThrow();
    await Promise.all([redis.get('text'), redis.get('text')]);
    await eventually(() => {
      expect(observed).toEqual(['set success', 'incr error', 'get success', 'get success']);
    });
    redis.disconnect();
  });
});

describe('reportConnection()', () => {
  it('logs an outage once and its end once', async () => {
    const lines: string[] = [];
    const log = {
      warn: (_: object, line: string) => lines.push(line),
      info: (_: object, line: string) => lines.push(line),
    };
    const redis = new ServiceRedis({ port: server.port }, 'request', {
      name: 'test',
      commandTimeoutMs: 2_000,
    });
    reportConnection(redis, log);
    await ready(redis);
    await server.stop();
    // At least three attempts to connect, so that a line for each would be visible.
    let attempts = 0;
    redis.on('reconnecting', () => attempts++);
    await eventually(() => {
      expect(attempts).toBeGreaterThan(2);
    });
    await server.start();
    await ready(redis);
    expect(lines).toEqual(['redis connection lost', 'redis connection restored']);
    redis.disconnect();
  });

  it('logs once why a server refuses the connection', async () => {
    await using full = await startRedis();
    const operator = quiet(
      new ServiceRedis({ port: full.port }, 'request', { name: 'a', commandTimeoutMs: 2_000 }),
    );
    const redis = new ServiceRedis({ port: full.port }, 'background', { name: 'b', commandTimeoutMs: 2_000 });
    const reasons: unknown[] = [];
    const add = ({ reason }: { reason?: string }) => reasons.push(reason);
    reportConnection(redis, { warn: add, info: add });
    await Promise.all([ready(operator), ready(redis)]);
    await operator.config('SET', 'maxclients', '1');
    let attempts = 0;
    redis.on('reconnecting', () => attempts++);
    await operator.client('KILL', 'ID', await redis.client('ID'));
    await eventually(() => {
      expect(attempts).toBeGreaterThan(3);
    });
    expect(reasons).toEqual(['connection closed', 'ERR max number of clients reached']);
    redis.disconnect();
    operator.disconnect();
  });
});

describe('checkRedis()', () => {
  it('resolves if Redis responds and its version is supported', async () => {
    await expect(checkRedis({ url: server.url }, 1_000)).resolves.toEqual({
      host: new URL(server.url).host,
      evictionPolicy: 'noeviction',
    });
  });

  it('resolves if the database exists', async () => {
    await expect(checkRedis({ url: `${server.url}/15` }, 1_000)).resolves.toBeDefined();
  });

  it('rejects a database that does not exist', async () => {
    const check = checkRedis({ url: `${server.url}/99` }, 1_000);
    await expect(check).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+: ERR .*DB index/);
  });

  it('rejects a server without a command that is needed, and names it', async () => {
    await using other = await startRedis({ args: ['--rename-command', 'EVALSHA', ''] });
    const check = checkRedis({ url: other.url }, 10_000, { keys: ['a'], channels: ['a'] });
    await expect(check).rejects.toThrow(/: \+evalsha \(unknown to the server\)$/);
  });

  it('names the address and the reason, but not the password', async () => {
    const check = checkRedis({ url: 'redis://:hunter2@127.0.0.1:1' }, 1_000);
    await expect(check).rejects.toThrow(/^Redis at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    await expect(check).rejects.not.toThrow(/hunter2/);
  });
});
