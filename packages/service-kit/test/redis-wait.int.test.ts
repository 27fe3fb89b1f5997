import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@primes/testing';
import { waitForRedis } from '@primes/service-kit';
import { Redis } from 'ioredis';

let server: TestRedis;
let logged: string[];
let opened: number;
let stop: AbortController;

beforeEach(async () => {
  server = await startRedis();
  [logged, opened, stop] = [[], 0, new AbortController()];
});
afterEach(() => server[Symbol.asyncDispose]());

function wait(url: string, waitMs = 30_000): Promise<void> {
  const log = (_: object, line: string) => logged.push(line);
  return waitForRedis([{ url }], {
    timeoutMs: 500,
    waitMs,
    log: { warn: log, info: log },
    signal: stop.signal,
    meanwhile: () => {
      opened += 1;
      return Promise.resolve({
        [Symbol.asyncDispose]: () => {
          opened -= 1;
          return Promise.resolve();
        },
      });
    },
  });
}

describe('waitForRedis()', () => {
  it('logs nothing if Redis is available', async () => {
    await wait(server.url);
    expect(logged).toEqual([]);
  });

  it('warns once about an eviction policy', async () => {
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    redis.disconnect();
    await wait(server.url);
    expect(logged).toEqual(['redis may evict keys: maxmemory-policy must be noeviction']);
  });

  it('waits until Redis starts, and logs once before and once after', async () => {
    await server.stop();
    const waiting = wait(server.url);
    await eventually(() => {
      expect(opened).toBe(1);
    });
    await server.start();
    await waiting;
    expect(logged).toEqual(['waiting for redis', 'redis available']);
    expect(opened).toBe(0);
  });

  it('waits for a host name that does not resolve yet', async () => {
    const waiting = wait('redis://redis.invalid:6379', 0);
    await expect(waiting).rejects.toThrow(/^Redis at redis\.invalid:6379: getaddrinfo .*; waited 0 s$/);
    expect(logged).toEqual(['waiting for redis']);
  });

  it('rejects after the wait time, and names the address and the error', async () => {
    await server.stop();
    await expect(wait(server.url, 600)).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+: connect ECONNREFUSED .*; waited 0\.6 s$/,
    );
    expect(logged).toEqual(['waiting for redis']);
    expect(opened).toBe(0);
  });

  it('does not wait if the password is wrong', async () => {
    const redis = new Redis(server.url);
    await redis.config('SET', 'requirepass', 'right');
    redis.disconnect();
    for (const credentials of ['', ':wrong@']) {
      const url = server.url.replace('//', `//${credentials}`);
      await expect(wait(url)).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+: (NOAUTH|WRONGPASS)/);
    }
    expect(logged).toEqual([]);
  });

  it('does not wait for a database that does not exist', async () => {
    await expect(wait(`${server.url}/99`)).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+: ERR DB index is out of range$/,
    );
    expect(logged).toEqual([]);
  });

  it('ends at once if the process stops', async () => {
    await server.stop();
    const waiting = wait(server.url);
    await eventually(() => {
      expect(opened).toBe(1);
    });
    stop.abort();
    await expect(waiting).rejects.toThrow(/aborted/);
    expect(opened).toBe(0);
  });
});
