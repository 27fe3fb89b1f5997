import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseRules, quicken } from '@primes/monitoring';
import { eventually } from '@primes/testing';
import autocannon from 'autocannon';
import { startReceiver, status } from '../../services/api/test/receiver.ts';
import { scalerClient } from '../../services/metrics-gateway/test/clients.ts';
import type { Alerts } from './alerts.ts';
import { RULES } from './queries.ts';
import { startVmalert } from './engines.ts';
import { repeat } from './repeat.ts';
import { startObservedSystem, type ObservedSystem } from './system.ts';

jest.setTimeout(240_000);

/** Five minutes become ten seconds; thresholds are unchanged. */
const TIMES_FASTER = 30;

let system: ObservedSystem;
let alerts: Alerts & AsyncDisposable;
let keda: ReturnType<typeof scalerClient>;
let stopPolling: () => Promise<void>;
/** Cleans up after a failed test. */
const loads = new AsyncDisposableStack();

beforeAll(async () => {
  system = await startObservedSystem({
    WEBHOOK_ALLOWED_HOSTS: 'localhost',
    WORKER_MAX_REPLICAS: '1',
    SCALING_TARGET: '4',
    SCALING_TRIGGER: 'external-push',
  });
  keda = scalerClient(system.scalerPort);
  stopPolling = load(() => keda.isActive());
  // Before the rules are loaded: without a gateway ScalerBlind fires correctly.
  await eventually(() => system.metrics.value('max(prime_sample_age_seconds{sample="queue"})'), {
    timeoutMs: 15_000,
  });
  alerts = await startVmalert(system.metrics, quicken(parseRules(RULES), TIMES_FASTER));
});
afterAll(async () => {
  await loads.disposeAsync();
  keda[Symbol.dispose]();
  await alerts[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

function load(act: () => Promise<unknown>): () => Promise<void> {
  const stop = repeat(act, 300);
  loads.defer(stop);
  return stop;
}

/** Waits until a counter has not changed for this long. */
async function unchangedFor(counter: string, time: string): Promise<void> {
  await eventually(
    async () => {
      expect(await system.metrics.value(`sum(rate(${counter}[${time}]))`)).toBe(0);
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
}

const easyTask = async () => system.ended(await system.submit({ n: 100 }));

describe('alerts', () => {
  it('do not fire while everything is healthy', async () => {
    const stop = load(easyTask);
    await eventually(
      async () => {
        expect(
          await system.metrics.value('sum(prime_task_submissions_total{status="completed"})'),
        ).toBeGreaterThan(20);
      },
      { timeoutMs: 30_000 },
    );
    expect(await alerts.firing()).toEqual([]);
    await stop();
  });

  it('QueueStuck and WorkersAtMaximum fire while tasks do not progress, SlowTaskExecution when they do', async () => {
    // These tasks take more than a minute, because another owner holds their segment.
    const release = await system.hold(5);
    const slow = await Promise.all(Array.from({ length: 8 }, () => system.submit({ n: 1_600_000 })));
    await alerts.fire('QueueStuck', 'WorkersAtMaximum');
    expect(await alerts.firing()).not.toContain('SlowTaskExecution');
    // Half of them wait in the queue while the others are active.
    await eventually(
      async () => {
        expect(await system.metrics.value('max(prime_queue_oldest_waiting_seconds)')).toBeGreaterThan(64);
      },
      { timeoutMs: 80_000, intervalMs: 200 },
    );
    await release();
    await Promise.all(slow.map((task) => system.ended(task)));
    await alerts.fire('SlowTaskExecution');
    const stop = load(easyTask);
    await alerts.resolve('QueueStuck', 'WorkersAtMaximum', 'SlowTaskExecution');
    await stop();
  });

  it('HighTaskFailureRate fires while tasks fail, DeadLetterGrowth while receivers reject webhooks', async () => {
    await using receiver = await startReceiver();
    const release = await system.hold(9);
    const failing = load(async () => system.ended(await system.submit({ n: 2_700_000, timeout_seconds: 1 })));
    const rejected = load(async () => {
      receiver.respond('/gone', status(410));
      await system.submit({ n: 100, timeout_seconds: 1, callback_url: receiver.url('/gone') });
    });
    await alerts.fire('HighTaskFailureRate', 'DeadLetterGrowth');
    await Promise.all([failing(), rejected()]);
    await release();
    const stop = load(easyTask);
    await alerts.resolve('HighTaskFailureRate', 'DeadLetterGrowth');
    await stop();
  });

  it('LowCacheHitRate fires while each task needs twice the stored segments', async () => {
    // The hits of the previous test would dominate the window.
    await unchangedFor('prime_cache_hits_total', '20s');
    // 27, 58, 128 and 282 segments.
    for (const n of [6_000_000, 12_500_000, 26_500_000, 56_000_000]) {
      const before = await system.metrics.value('sum(prime_cache_misses_total)');
      await system.ended(await system.submit({ n }));
      await eventually(
        async () => {
          expect(await system.metrics.value('sum(prime_cache_misses_total)')).toBeGreaterThan(before);
        },
        { timeoutMs: 20_000, intervalMs: 200 },
      );
      await unchangedFor('prime_cache_misses_total', '5s');
    }
    await alerts.fire('LowCacheHitRate');
    const stop = load(easyTask);
    await alerts.resolve('LowCacheHitRate');
    await stop();
  });

  it('ApiSaturated fires while clients request more than the api can send', async () => {
    const { request_id: id } = await system.ended(await system.submit({ n: 10_000 }));
    const options = { url: `${system.api.url}/tasks/${id}`, connections: 20, duration: 300 };
    const readers = autocannon(options, () => undefined);
    loads.defer(() => {
      readers.stop();
    });
    await alerts.fire('ApiSaturated');
    readers.stop();
    await alerts.resolve('ApiSaturated');
  });

  it('RedisMemoryHigh and SubmissionsRefused fire while Redis has reached maxmemory', async () => {
    const stop = load(() => easyTask().catch(() => undefined));
    await system.redis.config(
      'SET',
      'maxmemory',
      String(await system.metrics.value('max(prime_redis_memory_used_bytes)')),
    );
    await alerts.fire('RedisMemoryHigh', 'SubmissionsRefused');
    await system.redis.config('SET', 'maxmemory', '0');
    await alerts.resolve('RedisMemoryHigh', 'SubmissionsRefused');
    await stop();
  });

  it('RedisDiskHigh fires while Redis cannot rewrite its append-only file', async () => {
    const [, directory = ''] = await system.redis.config('GET', 'dir');
    // A folder with the name of the file that a rewrite opens.
    const next = join(directory, 'appendonlydir', 'appendonly.aof.2.incr.aof');
    await mkdir(next);
    await expect(system.redis.bgrewriteaof()).rejects.toThrow('rewriting');
    await alerts.fire('RedisDiskHigh');
    await rmdir(next);
    await system.redis.bgrewriteaof();
    await alerts.resolve('RedisDiskHigh');
  });

  it('ScalerNotCalled fires while KEDA does not poll, TooFewWorkers while tasks wait without a worker', async () => {
    await stopPolling();
    system.worker.kill('SIGTERM');
    await system.worker.exited;
    const tasks = await Promise.all(Array.from({ length: 8 }, () => system.submit({ n: 100 })));
    await alerts.fire('ScalerNotCalled', 'TooFewWorkers');
    load(() => keda.isActive());
    await system.start('worker');
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');
    await alerts.resolve('ScalerNotCalled', 'TooFewWorkers');
  });

  it('RedisHighErrorRate, HighAPIErrorRate, ScalerBlind and LoopStalled fire while Redis is unavailable', async () => {
    const stop = load(easyTask);
    await system.queueRedis.stop('SIGKILL');
    await alerts.fire('RedisHighErrorRate', 'HighAPIErrorRate', 'ScalerBlind', 'LoopStalled');
    await system.queueRedis.start();
    await alerts.resolve('RedisHighErrorRate', 'HighAPIErrorRate', 'ScalerBlind', 'LoopStalled');
    await stop();
  });
});
