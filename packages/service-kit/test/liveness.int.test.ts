import { eventually, startRedis, testRedisUrl, uniquePrefix, type TestRedis } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { commonConfig } from '../src/common-config.ts';
import { parseConfig } from '../src/config.ts';
import { Readiness } from '../src/health.ts';
import { healthRoutes } from '../src/http/health-routes.ts';
import { Liveness, RECOVERY_MS } from '../src/liveness.ts';
import { RedisConnections } from '../src/redis-connections.ts';

/** A loop is stalled 15 s after it is overdue; the rest is a margin for a busy machine. */
const STALLED = { timeoutMs: 60_000 };

/** Liveness without loops to watch, and its probe. */
function startLiveness(connected?: RedisConnections) {
  const lines: { msg: string; loop?: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) });
  const stopped = new AbortController();
  const registry = new Registry();
  const liveness = new Liveness(
    parseConfig(commonConfig, { REDIS_URL: testRedisUrl(), REDIS_COMMAND_TIMEOUT_MS: '500' }),
    {
      metricPrefix: 'echo',
      connections: connected ?? { readyFor: () => true },
      registry,
      log,
      signal: stopped.signal,
    },
  );
  const app = express().use(healthRoutes({ readiness: new Readiness(), liveness, registry }));
  return {
    liveness,
    livez: () => request(app).get('/livez'),
    metrics: () => registry.metrics(),
    /** The loops that were logged as stalled, in order. */
    stalledLoops: () => lines.filter(({ msg }) => msg === 'loop stalled').map(({ loop }) => loop),
    stop: () => {
      stopped.abort();
    },
    [Symbol.dispose]: () => {
      stopped.abort();
    },
  };
}

const redisAt = (url: string) => ({ url, prefix: uniquePrefix() });
const soon = { maxIntervalMs: 500 };

async function config(redis: TestRedis, ...args: [string, ...string[]]): Promise<void> {
  const client = new Redis(redis.url);
  await client.call(...args);
  client.disconnect();
}

/** How to make a Redis unusable, by the resulting state. */
const UNUSABLE: Record<string, (redis: TestRedis) => Promise<unknown>> = {
  stopped: (redis) => redis.stop(),
  'at maxmemory': (redis) => config(redis, 'CONFIG', 'SET', 'maxmemory', '1'),
  'a replica': (redis) => config(redis, 'REPLICAOF', '127.0.0.1', '1'),
  'without its replicas': (redis) => config(redis, 'CONFIG', 'SET', 'min-replicas-to-write', '1'),
  paused: (redis) => config(redis, 'CLIENT', 'PAUSE', '600000', 'WRITE'),
  'with another password': (redis) => config(redis, 'CONFIG', 'SET', 'requirepass', 'another'),
};

describe('Liveness', () => {
  it.concurrent('fails only for a loop that is stalled while Redis is usable', async () => {
    using started = startLiveness();
    const { liveness } = started;
    const usable = testRedisUrl();
    await using servers = new AsyncDisposableStack();
    for (const [state, makeUnusable] of Object.entries(UNUSABLE)) {
      const redis = servers.use(await startRedis());
      await makeUnusable(redis);
      liveness.watch(state, { redis: redisAt(redis.url), ...soon });
    }
    liveness.watch('idle', { redis: redisAt(usable), ...soon, idle: () => true });
    liveness.watch('slow', { redis: redisAt(usable), maxIntervalMs: 60_000 });
    const turning = liveness.watch('turning', { redis: redisAt(usable), ...soon });
    const timer = setInterval(turning.turned.bind(turning), 100);
    servers.defer(() => {
      clearInterval(timer);
    });
    const stuck = liveness.watch('stuck', { redis: redisAt(usable), ...soon });
    expect((await started.livez().expect(200)).body).toEqual({ status: 'alive' });

    await eventually(() => started.livez().expect(503), STALLED);
    const { body } = (await started.livez().expect(503)) as {
      body: { loops: Record<string, number> };
    };
    expect(body).toEqual({ status: 'stalled', loops: { stuck: expect.any(Number) } });
    expect(body.loops['stuck']).toBeGreaterThanOrEqual(15);
    await eventually(() => {
      expect(started.stalledLoops()).toEqual(['stuck']);
    });
    expect(await started.metrics()).toMatch(
      /^echo_loop_last_turn_age_seconds\{loop="stuck"\} (1[5-9]|[2-9]\d)/m,
    );
    expect(await started.metrics()).toMatch(/^echo_loop_last_turn_age_seconds\{loop="idle"\} 0$/m);

    stuck.turned();
    await started.livez().expect(200);
  });

  it.concurrent('measures the time from when Redis is usable again', async () => {
    using started = startLiveness();
    await using redis = await startRedis();
    await redis.stop();
    started.liveness.watch('loop', { redis: redisAt(redis.url), ...soon });
    let idle = false;
    started.liveness.watch('other', { redis: redisAt(testRedisUrl()), ...soon, idle: () => idle });
    // By now, the last turn of `loop` is as old as that of a stalled loop.
    await eventually(() => started.livez().expect(503), STALLED);
    idle = true;
    const restarted = performance.now();
    await redis.start();
    await eventually(() => started.livez().expect(503), STALLED);
    expect(performance.now() - restarted).toBeGreaterThanOrEqual(RECOVERY_MS);
    await eventually(() => {
      expect(started.stalledLoops()).toContain('loop');
    });
  });

  it.concurrent('fails for a connection that does not reconnect', async () => {
    const connections = new RedisConnections({
      service: 'test',
      commandTimeoutMs: 500,
      observe: () => undefined,
      log: pino({ level: 'silent' }),
    });
    using started = startLiveness(connections);
    connections.background(redisAt(testRedisUrl()));
    const request = connections.request(redisAt(testRedisUrl()));
    await eventually(() => {
      expect(connections.readyFor(redisAt(testRedisUrl()))).toBe(true);
    });
    await started.livez().expect(200);
    request.disconnect();
    await eventually(() => started.livez().expect(503), STALLED);
    const { body } = (await started.livez().expect(503)) as { body: { loops: object } };
    expect(Object.keys(body.loops)).toEqual(['queue_connections']);
    connections.close();
  });

  it.concurrent('does not fail during shutdown', async () => {
    using started = startLiveness();
    started.liveness.watch('loop', { redis: redisAt(testRedisUrl()), ...soon });
    await eventually(() => started.livez().expect(503), STALLED);
    started.stop();
    await started.livez().expect(200);
  });
});
