import { once } from 'node:events';
import { connect } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { eventually } from '@primes/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { healthClient, scalerClient } from './clients.ts';
import { startGateway, type TestGateway } from './gateway.ts';

/** The maximum number of open streams of one kind. */
const MAX_STREAMS = 100;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  using scaler = scalerClient(gateway.scaler.port);
  await eventually(() => scaler.isActive());
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe('a caller of the scaler', () => {
  it('with `settleSeconds` receives errors only for its own ScaledObject', async () => {
    using mine = scalerClient(gateway.scaler.port, { object: 'mine' });
    using other = scalerClient(gateway.scaler.port, { object: 'other' });
    const stream = mine.streamIsActive({ settleSeconds: '600' });
    await eventually(() => {
      expect(stream.messages).toEqual([false]);
    });
    await expect(mine.isActive()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(mine.getMetrics()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(await other.isActive()).toEqual({ result: false });
    expect((await other.getMetrics()).metricValues).toHaveLength(1);
    stream.cancel();
    await stream.ended;
    // Without a stream, calls no longer fail.
    await eventually(() => mine.isActive());
  });

  it.each([
    ['settleSeconds', '1e9'],
    ['settleSeconds', 'Infinity'],
    ['settleSeconds', 'NaN'],
    ['target', '1e308'],
    ['target', 'NaN'],
    ['target', '1e-999'],
    ['queue', 'webhooks'],
  ])('is rejected if it sets %s to %s', async (key, value) => {
    using scaler = scalerClient(gateway.scaler.port);
    const rejected = { code: status.INVALID_ARGUMENT };
    expect(await scaler.streamIsActive({ [key]: value }).ended).toMatchObject(rejected);
    await expect(scaler.isActive({ [key]: value })).rejects.toMatchObject(rejected);
    expect(await scaler.isActive()).toEqual({ result: false });
  });

  it('is rejected if its metadata are too large', async () => {
    using scaler = scalerClient(gateway.scaler.port);
    const rejected = { code: status.RESOURCE_EXHAUSTED };
    await expect(scaler.isActive({ x: 'x'.repeat(100_000) })).rejects.toMatchObject(rejected);
    expect(await scaler.isActive({ x: 'x'.repeat(10_000) })).toEqual({ result: false });
  });

  it('is rejected if it opens too many streams, but polls still succeed', async () => {
    using scaler = scalerClient(gateway.scaler.port);
    using health = healthClient(gateway.scaler.port);
    const streams = Array.from({ length: MAX_STREAMS }, () => scaler.streamIsActive());
    const watches = Array.from({ length: MAX_STREAMS }, () => health.watch());
    await eventually(() => {
      for (const { messages } of streams) expect(messages).toEqual([false]);
      for (const { messages } of watches) expect(messages.at(-1)).toBe('SERVING');
    });
    const rejected = { code: status.RESOURCE_EXHAUSTED };
    expect(await scaler.streamIsActive().ended).toMatchObject(rejected);
    expect(await health.watch().ended).toMatchObject(rejected);
    expect(await scaler.isActive()).toEqual({ result: false });
    expect(await health.check()).toBe('SERVING');

    for (const each of [...streams, ...watches]) each.cancel();
    await Promise.all([...streams, ...watches].map(({ ended }) => ended));
    await eventually(async () => {
      const again = scaler.streamIsActive();
      expect(await again.first).toBe(false);
      again.cancel();
      await again.ended;
    });
  });

  it('that does not read is sent only a few messages, and later the current one', async () => {
    const { tasks } = gateway;
    using scaler = scalerClient(gateway.scaler.port);
    const reads = scaler.streamIsActive();
    const session = connect(`http://127.0.0.1:${gateway.scaler.port}`, {
      settings: { initialWindowSize: 0 },
    });
    const stalled = session.request({
      ':method': 'POST',
      ':path': '/externalscaler.ExternalScaler/StreamIsActive',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // A ScaledObjectRef without fields.
    stalled.end(Buffer.alloc(5));
    await once(stalled, 'response');

    for (let i = 0; i < 30; i++) {
      const before = reads.messages.length;
      const task = await tasks.add('compute', {});
      await eventually(() => {
        expect(reads.messages.slice(before)).toContain(true);
      });
      await task.remove();
      await eventually(() => {
        expect(reads.messages.at(-1)).toBe(false);
      });
    }
    expect(reads.messages.length).toBeGreaterThanOrEqual(60);

    const got: Buffer[] = [];
    stalled.on('data', (chunk: Buffer) => got.push(chunk));
    session.settings({ initialWindowSize: 65_535 });
    const task = await tasks.add('compute', {});
    await eventually(() => {
      // A message of { result: true }.
      expect(Buffer.concat(got).subarray(-7)).toEqual(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
    });
    expect(Buffer.concat(got).length).toBeLessThan(7 * 20);
    await task.remove();
    session.destroy();
    await once(session, 'close');
    reads.cancel();
    await reads.ended;
  });
});

describe('the health service', () => {
  it('notifies watchers of changes, and returns NOT_FOUND for unknown services', async () => {
    await using own = await startGateway();
    using health = healthClient(own.scaler.port);
    const [watch, unknown] = [health.watch(), health.watch('no such service')];
    await eventually(() => {
      expect(watch.messages.at(-1)).toBe('SERVING');
      expect(unknown.messages).toEqual(['SERVICE_UNKNOWN']);
    });
    await expect(health.check('no such service')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await own.scaler.close();
    await eventually(() => {
      expect(watch.messages.at(-1)).toBe('NOT_SERVING');
    });
    expect(unknown.messages).toEqual(['SERVICE_UNKNOWN']);
  });
});
