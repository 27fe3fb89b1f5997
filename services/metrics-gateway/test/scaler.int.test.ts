import { status } from '@grpc/grpc-js';
import { eventually } from '@primes/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Worker } from 'bullmq';
import { serveScaler } from '../src/scaler/server.ts';
import { healthClient, scalerClient } from './clients.ts';
import { startGateway, type TestGateway } from './gateway.ts';

// Above the time that eventually() takes to say what it waited for.
jest.setTimeout(30_000);

const METRIC = 'primes_demand_and_in_flight';

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

  /** Waits until both calls say `metric`. */
  async function bothSay(metric: number): Promise<void> {
    await eventually(async () => {
      expect(await scaler.getMetrics()).toEqual({
        metricValues: [{ metricName: METRIC, metricValue: metric, metricValueFloat: metric }],
      });
    });
    expect(await scaler.isActive()).toEqual({ result: metric > 0 });
  }

  it('says the same in IsActive and GetMetrics, for every kind of demand', async () => {
    const { tasks, redis, prefix } = gateway;
    await bothSay(0);
    await tasks.add('compute', {});
    await tasks.add('compute', {}, { priority: 5 });
    await bothSay(2);

    await tasks.pause();
    await bothSay(0);
    await tasks.resume();
    await bothSay(2);

    const running = Promise.withResolvers<undefined>();
    const worker = new Worker(tasks.name, () => running.promise, {
      connection: redis,
      prefix,
      concurrency: 2,
    });
    await eventually(async () => {
      expect(await tasks.getActiveCount()).toBe(2);
    });
    // In flight only: without this the pod would be scaled away under its work.
    await bothSay(2);
    await tasks.pause();
    await bothSay(2);
    running.resolve(undefined);
    await bothSay(0);
    await worker.close();

    await tasks.resume();
    await tasks.add('compute', {}, { delay: 3_600_000 });
    await bothSay(0);
    // Nobody promotes it at zero workers.
    await tasks.add('compute', {}, { delay: 1 });
    await bothSay(1);
    expect(await tasks.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 2 });
    await tasks.drain(true);
    await bothSay(0);
  });

  it('gives out the target of the trigger', async () => {
    const spec = async (metadata: Record<string, string>) =>
      (await scaler.getMetricSpec(metadata)).metricSpecs;
    expect(await spec({})).toEqual([{ metricName: METRIC, targetSize: 4, targetSizeFloat: 4 }]);
    expect(await spec({ target: '0.4', queue: 'primes', scalerAddress: 'here:6000' })).toEqual([
      { metricName: METRIC, targetSize: 1, targetSizeFloat: 0.4 },
    ]);
  });

  it('refuses metadata that is wrong, in each call', async () => {
    const refused = expect.objectContaining({
      code: status.INVALID_ARGUMENT,
      details: 'scalerMetadata: queue: Must be primes',
    });
    const wrong = { queue: 'webhooks' };
    await expect(scaler.isActive(wrong)).rejects.toEqual(refused);
    await expect(scaler.getMetricSpec(wrong)).rejects.toEqual(refused);
    await expect(scaler.getMetrics(wrong)).rejects.toEqual(refused);
    expect(await scaler.streamIsActive(wrong).ended).toEqual(refused);
    expect(gateway.logged('a trigger is wrong')).toHaveLength(4);
    expect(await gateway.registry.getSingleMetricAsString('prime_scaler_requests_total')).toContain(
      'rpc="StreamIsActive",result="invalid"',
    );
  });

  it('pushes the state when a stream opens and when it changes, and repeats true', async () => {
    const { tasks } = gateway;
    const early = scaler.streamIsActive();
    await eventually(() => {
      expect(early.said).toEqual([false]);
    });
    const task = await tasks.add('compute', {});
    await eventually(() => {
      expect(early.said.slice(0, 2)).toEqual([false, true]);
    });
    const late = scaler.streamIsActive();
    await eventually(() => {
      expect(late.said).toContain(true);
    });
    // KEDA drops a `true` that comes before it knows the metric's name.
    await eventually(() => {
      expect(late.said.filter(Boolean).length).toBeGreaterThanOrEqual(2);
      expect(early.said.filter(Boolean).length).toBeGreaterThanOrEqual(2);
    });
    await task.remove();
    await eventually(() => {
      expect([early.said.at(-1), late.said.at(-1)]).toEqual([false, false]);
    });
    early.cancel();
    expect(await early.ended).toMatchObject({ code: status.CANCELLED });
    late.cancel();
    await late.ended;
  });

  it('fails for a while after a stream has opened, so that KEDA asks for its metric again', async () => {
    const stream = scaler.streamIsActive({ settleSeconds: '3' });
    await eventually(() => {
      expect(stream.said).toEqual([false]);
    });
    const refused = { code: status.UNAVAILABLE, details: 'KEDA has just connected' };
    await expect(scaler.isActive()).rejects.toMatchObject(refused);
    await expect(scaler.getMetrics()).rejects.toMatchObject(refused);
    expect((await scaler.getMetricSpec()).metricSpecs).toHaveLength(1);
    await eventually(() => scaler.isActive(), { timeoutMs: 10_000 });
    await bothSay(0);
    stream.cancel();
    await stream.ended;
  });
});

describe('the server of the scaler', () => {
  it('is SERVING once there is a sample, and ends its streams in order when it closes', async () => {
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
      expect(stream.said).toEqual([false]);
    });
    await gateway.scaler.close();
    expect(await stream.ended).toBe('end');
    await expect(scaler.isActive()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('names the variable to change when its port is in use', async () => {
    await using gateway = await startGateway();
    const { port } = gateway.scaler;
    const second = serveScaler({ host: '127.0.0.1', port, variable: 'SCALER_PORT' }, gateway.scalerDeps);
    await expect(second).rejects.toThrow(
      new RegExp(`^Port ${port} cannot be opened: .*; set SCALER_PORT$`, 's'),
    );
  });
});
