import { expect, it } from '@jest/globals';
import { workerKey, workersKey } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { release } from '@primes/testing/echo/run';
import { WorkersSchema } from '../src/operate/routes/list-workers.ts';
import { startApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi()));

async function workers() {
  return WorkersSchema.parse((await api.http('get', '/workers').expect(200)).body).workers;
}

it('shows each worker, what it runs, and that it has stopped', async () => {
  expect(await workers()).toEqual([]);
  const first = await api.start('worker', { WORKER_CONCURRENCY: '3' });
  const { request_id: id } = await api.submit({ text: 'a', steps: 2, hold: 'shown' });
  await eventually(
    async () => {
      expect(await workers()).toMatchObject([
        {
          instance: expect.stringMatching(/^worker-.*-\d+$/),
          version: expect.stringMatching(/^\d+\.\d+\.\d+/),
          concurrency: 3,
          running: [{ request_id: id, progress: 50 }],
        },
      ]);
    },
    { timeoutMs: 20_000 },
  );
  const [report] = await workers();
  expect(Date.parse(report?.since ?? '')).toBeLessThan(Date.now());
  expect(report?.memory_bytes).toBeGreaterThan(10_000_000);
  expect(report?.running[0]?.age_seconds).toBeGreaterThan(0);

  const second = await api.start('worker');
  await eventually(async () => {
    expect(await workers()).toHaveLength(2);
    expect((await api.http('get', '/queue').expect(200)).body).toMatchObject({ workers: 2 });
  });
  second.kill('SIGTERM');
  await eventually(async () => {
    expect(await workers()).toMatchObject([{ instance: report?.instance }]);
  });

  await release(api.redis, api.prefix, 'shown');
  await api.view(id, 'wait=30');
  await eventually(
    async () => {
      expect(await workers()).toMatchObject([{ running: [] }]);
    },
    { timeoutMs: 20_000 },
  );
  first.kill('SIGKILL');
  await eventually(
    async () => {
      expect(await workers()).toEqual([]);
    },
    { timeoutMs: 25_000 },
  );
}, 90_000);

it('removes a lost worker from the index, and skips what it cannot read', async () => {
  await api.redis.zadd(workersKey(api.prefix), 1, 'lost', 2, 'other', 3, 'text');
  await api.redis.set(workerKey(api.prefix, 'other'), '{"of":"another version"}');
  await api.redis.set(workerKey(api.prefix, 'text'), 'no JSON');
  expect(await workers()).toEqual([]);
  expect(await api.redis.zrange(workersKey(api.prefix), 0, '-1')).toEqual(['other', 'text']);
});

it('requires the role operate or metrics', async () => {
  await using keys = await keyFile({ alice: ['submit', 'read-all'], scraper: ['metrics'], ops: ['operate'] });
  await using own = await startApiWithKeys(keys.file);
  const status = async (headers: object) =>
    (await own.send({ path: '/workers', headers: { ...headers } })).status;
  expect(await status({})).toBe(401);
  expect(await status(keys.as.alice)).toBe(403);
  expect(await status(keys.as.scraper)).toBe(200);
  expect(await status(keys.as.ops)).toBe(200);
});
