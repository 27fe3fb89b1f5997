import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@primes/testing';
import { waitForRedis } from '@primes/service-kit';
import { Redis } from 'ioredis';

let server: TestRedis;
let told: string[];
let opened: number;
let stop: AbortController;

beforeEach(async () => {
  server = await startRedis();
  [told, opened, stop] = [[], 0, new AbortController()];
});
afterEach(() => server[Symbol.asyncDispose]());

function wait(url: string, waitMs = 30_000): Promise<void> {
  const tell = (_: object, line: string) => told.push(line);
  return waitForRedis([url], {
    timeoutMs: 500,
    waitMs,
    log: { warn: tell, info: tell },
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
  it('says nothing when Redis is there', async () => {
    await wait(server.url);
    expect(told).toEqual([]);
  });

  it('waits for one that starts later, with one line at the beginning and one at the end', async () => {
    await server.stop();
    const waiting = wait(server.url);
    await eventually(() => {
      expect(opened).toBe(1);
    });
    await server.start();
    await waiting;
    expect(told).toEqual(['waiting for redis', 'redis is there']);
    expect(opened).toBe(0);
  });

  it('waits for a name that is not known yet', async () => {
    const waiting = wait('redis://redis.invalid:6379', 0);
    await expect(waiting).rejects.toThrow(
      /^Redis at redis\.invalid:6379: getaddrinfo .*; waited 0 s for it$/,
    );
    expect(told).toEqual(['waiting for redis']);
  });

  it('gives up after its time, and says for what it waited', async () => {
    await server.stop();
    await expect(wait(server.url, 600)).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+: connect ECONNREFUSED .*; waited 0\.6 s for it$/,
    );
    expect(told).toEqual(['waiting for redis']);
    expect(opened).toBe(0);
  });

  it('does not wait for a password to become right', async () => {
    const redis = new Redis(server.url);
    await redis.config('SET', 'requirepass', 'right');
    redis.disconnect();
    for (const credentials of ['', ':wrong@']) {
      const url = server.url.replace('//', `//${credentials}`);
      await expect(wait(url)).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+: (NOAUTH|WRONGPASS)/);
    }
    expect(told).toEqual([]);
  });

  it('ends at once when the process is to stop', async () => {
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
