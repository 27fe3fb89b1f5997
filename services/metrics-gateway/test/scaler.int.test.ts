import { status } from '@grpc/grpc-js';
import { eventually } from '@primes/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Worker } from 'bullmq';
import { serveScaler } from '../src/scaler/server.ts';
import { healthClient, scalerClient } from './clients.ts';
import { startGateway, type TestGateway } from './gateway.ts';

const METRIC = 'echo_demand_and_in_flight';

describe('the external scaler', () => {
  let gateway: TestGateway;
  let scaler: ReturnType<typeof scalerClient>;
  beforeAll(async () => {
    gateway = await startGateway();
    scaler = scalerClient(gateway.scaler.port);
    await eventually(() => scaler.isActive());
  });
  afterAll(async () => {
    scaler[Symbol.dispose]();
    await gateway[Symbol.asyncDispose]();
  });

  /** Waits until both calls return `metric`. */
  async function bothReturn(metric: number): Promise<void> {
    await eventually(async () => {
      expect(await scaler.getMetrics()).toEqual({
        metricValues: [{ metricName: METRIC, metricValue: metric, metricValueFloat: metric }],
      });
    });
    await eventually(async () => {
      expect(await scaler.isActive()).toEqual({ result: metric > 0 });
    });
  }

  it('returns the same in IsActive and GetMetrics, for every kind of demand', async () => {
    const { tasks, redis, prefix } = gateway;
    await bothReturn(0);
    await tasks.add('compute', {});
    await tasks.add('compute', {}, { priority: 5 });
    await bothReturn(2);

    await tasks.pause();
    await bothReturn(0);
    await tasks.resume();
    await bothReturn(2);

    const running = Promise.withResolvers<undefined>();
    const worker = new Worker(tasks.name, () => running.promise, {
      connection: redis,
      prefix,
      concurrency: 2,
    });
    await eventually(async () => {
      expect(await tasks.getActiveCount()).toBe(2);
    });
    // Only in flight; otherwise KEDA would remove a busy worker.
    await bothReturn(2);
    await tasks.pause();
    await bothReturn(2);
    running.resolve(undefined);
    await bothReturn(0);
    await worker.close();

    await tasks.resume();
    await tasks.add('compute', {}, { delay: 3_600_000 });
    await bothReturn(0);
    // Without workers, delayed tasks are not promoted.
    await tasks.add('compute', {}, { delay: 1 });
    await bothReturn(1);
    expect(await tasks.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 2 });
    await tasks.drain(true);
    await bothReturn(0);
  });

  it('returns the target of the trigger', async () => {
    const spec = async (metadata: Record<string, string>) =>
      (await scaler.getMetricSpec(metadata)).metricSpecs;
    expect(await spec({})).toEqual([{ metricName: METRIC, targetSize: 4, targetSizeFloat: 4 }]);
    expect(await spec({ target: '0.4', queue: 'echo', scalerAddress: 'here:6000' })).toEqual([
      { metricName: METRIC, targetSize: 1, targetSizeFloat: 0.4 },
    ]);
  });

  it('rejects invalid metadata in each call', async () => {
    const rejected = expect.objectContaining({
      code: status.INVALID_ARGUMENT,
      details: 'scalerMetadata: queue: Must be echo',
    });
    const wrong = { queue: 'webhooks' };
    await expect(scaler.isActive(wrong)).rejects.toEqual(rejected);
    await expect(scaler.getMetricSpec(wrong)).rejects.toEqual(rejected);
    await expect(scaler.getMetrics(wrong)).rejects.toEqual(rejected);
    expect(await scaler.streamIsActive(wrong).ended).toEqual(rejected);
    expect(gateway.logged('invalid trigger')).toHaveLength(4);
    expect(await gateway.registry.getSingleMetricAsString('echo_scaler_requests_total')).toContain(
      'rpc="StreamIsActive",result="invalid"',
    );
  });

  it('pushes the state when a stream opens and when it changes, and repeats `true`', async () => {
    const { tasks } = gateway;
    const early = scaler.streamIsActive();
    await eventually(() => {
      expect(early.messages).toEqual([false]);
    });
    const task = await tasks.add('compute', {});
    await eventually(() => {
      expect(early.messages.slice(0, 2)).toEqual([false, true]);
    });
    const late = scaler.streamIsActive();
    await eventually(() => {
      expect(late.messages).toContain(true);
    });
    // KEDA ignores `true` before it knows the name of the metric.
    await eventually(() => {
      expect(late.messages.filter(Boolean).length).toBeGreaterThanOrEqual(2);
      expect(early.messages.filter(Boolean).length).toBeGreaterThanOrEqual(2);
    });
    await task.remove();
    await eventually(() => {
      expect([early.messages.at(-1), late.messages.at(-1)]).toEqual([false, false]);
    });
    early.cancel();
    expect(await early.ended).toMatchObject({ code: status.CANCELLED });
    late.cancel();
    await late.ended;
  });

  it('pushes that a delayed task is due, for which there is no event and no worker', async () => {
    const { tasks, redis } = gateway;
    const stream = scaler.streamIsActive();
    await eventually(() => {
      expect(stream.messages).toEqual([false]);
    });
    await tasks.add('compute', {}, { delay: 1_500 });
    const events = await redis.xlen(tasks.toKey('events'));
    await eventually(() => {
      expect(stream.messages.slice(0, 2)).toEqual([false, true]);
    });
    expect(await redis.xlen(tasks.toKey('events'))).toBe(events);
    expect(await tasks.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 });
    await tasks.drain(true);
    await eventually(() => {
      expect(stream.messages.at(-1)).toBe(false);
    });
    stream.cancel();
    await stream.ended;
  });

  it('fails for `settleSeconds` after a stream opens, so that KEDA requests its metric again', async () => {
    const stream = scaler.streamIsActive({ settleSeconds: '8' });
    await eventually(() => {
      expect(stream.messages).toEqual([false]);
    });
    const rejected = { code: status.UNAVAILABLE, details: 'Settling: KEDA has just connected' };
    await expect(scaler.isActive()).rejects.toMatchObject(rejected);
    await expect(scaler.getMetrics()).rejects.toMatchObject(rejected);
    expect((await scaler.getMetricSpec()).metricSpecs).toHaveLength(1);
    await eventually(() => scaler.isActive(), { timeoutMs: 60_000 });
    await bothReturn(0);
    stream.cancel();
    await stream.ended;
  });

  it('fails no longer if the clock of the gateway is set back in that time', async () => {
    const stream = scaler.streamIsActive({ settleSeconds: '2' });
    await eventually(() => {
      expect(stream.messages).toEqual([false]);
    });
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    await eventually(() => scaler.isActive(), { timeoutMs: 60_000 }).finally(() => {
      clock.mockRestore();
    });
    stream.cancel();
    await stream.ended;
  });
});

describe('the server of the scaler', () => {
  it('is SERVING once there is a sample, and ends its streams when it closes', async () => {
    await using gateway = await startGateway();
    const { port } = gateway.scaler;
    using health = healthClient(port);
    await eventually(async () => {
      expect(await health.check()).toBe('SERVING');
    });
    expect(await health.check('externalscaler.ExternalScaler')).toBe('SERVING');
    using scaler = scalerClient(port);
    const stream = scaler.streamIsActive();
    await eventually(() => {
      expect(stream.messages).toEqual([false]);
    });
    await gateway.scaler.close();
    expect(await stream.ended).toBe('end');
    await expect(scaler.isActive()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it.each([
    ['::', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['localhost', 'localhost'],
  ])('listens on %s, reachable as %s', async (host, name) => {
    await using gateway = await startGateway();
    const second = await serveScaler({ host, port: 0, variable: 'SCALER_PORT' }, gateway.scalerDeps);
    using scaler = scalerClient(second.port, { host: name });
    await eventually(() => scaler.isActive());
    await second.close();
  });

  it('names the variable to change if its port is in use', async () => {
    await using gateway = await startGateway();
    const { port } = gateway.scaler;
    const second = serveScaler({ host: '127.0.0.1', port, variable: 'SCALER_PORT' }, gateway.scalerDeps);
    await expect(second).rejects.toThrow(
      `Port ${port} is in use: stop the other process, or set SCALER_PORT`,
    );
  });
});
