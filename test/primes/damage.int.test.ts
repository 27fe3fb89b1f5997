import { StoreKeys } from '@primes/prime-store';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startPrimesApi } from './api.ts';
import { WRITTEN, firstPrimes } from './expected.ts';
import { manualWorker } from '../../services/api/test/manual-worker.ts';
import { setUp } from '../../services/api/test/set-up.ts';

/** Three segments; the third is not read before the response has begun. */
const N = 600_000;
const PRIMES = firstPrimes(N);
const { api, worker, id } = await setUp(async (keep) => {
  const started = keep(await startPrimesApi());
  const first = await started.start('worker');
  return { api: started, worker: first, id: await started.compute({ n: N }) };
});
const keys = new StoreKeys(api.prefix);
const path = `/tasks/${id}`;
const TEXT = { accept: 'text/plain' };

async function corrupt(segment: number): Promise<void> {
  await api.redis.setrange(keys.segment(segment), 100_000, 'other bytes');
}

async function lose(segment: number): Promise<void> {
  await api.redis.del(keys.segment(segment));
}

/** Reads it again after a 503: a busy machine may need more than two seconds for a repair. */
async function expectWhole(reader = api): Promise<void> {
  let response = await reader.send({ path, headers: TEXT });
  while (response.status === 503) response = await reader.send({ path, headers: TEXT });
  const { status, body } = response;
  expect(status).toBe(200);
  expect(body === WRITTEN['text/plain']?.(PRIMES)).toBe(true);
}

async function miscount(): Promise<void> {
  const count = Number(await api.redis.hget(keys.manifest, '0'));
  await api.redis.hset(keys.manifest, '0', count - 1);
}

/** The number of unreadable segments with this reason. */
async function unreadable(reason: string, reader = api): Promise<number> {
  return reader.metric('prime_store_unreadable_segments_total', new RegExp(`reason="${reason}"`));
}

describe('a damaged store, with a worker', () => {
  it.each([
    ['the first segment is missing', 'missing', () => lose(0)],
    ['the last segment is missing', 'missing', () => lose(2)],
    ['all segments are missing', 'missing', () => Promise.all([0, 1, 2].map(lose))],
    ['the first segment is corrupt', 'corrupt', () => corrupt(0)],
    ['the first segment is truncated', 'corrupt', () => api.redis.set(keys.segment(0), 'PSEG')],
    [
      'the first segment has the bytes of another',
      'corrupt',
      () => api.redis.copy(keys.segment(1), keys.segment(0), 'REPLACE'),
    ],
    [
      'the whole store is lost',
      'missing',
      () => api.redis.del(keys.manifest, ...[0, 1, 2].map((i) => keys.segment(i))),
    ],
  ])('is repaired before the first byte: %s', async (_name, reason, damage) => {
    const before = await unreadable(reason);
    await damage();
    await expectWhole();
    expect(await unreadable(reason)).toBeGreaterThan(before);
    await expectWhole();
  });

  it.each([
    ['a count is wrong', 'corrupt', miscount],
    ['an entry is lost', 'missing', () => api.redis.hdel(keys.manifest, '1')],
  ])('affects an api that reads the damaged manifest, and is repaired: %s', async (_name, reason, damage) => {
    await damage();
    // It has read the manifest before.
    await expectWhole();
    const prefixes = { QUEUE_PREFIX: api.prefix, STORE_PREFIX: api.prefix };
    await using other = await startPrimesApi(prefixes);
    await expectWhole(other);
    expect(await unreadable(reason, other)).toBeGreaterThan(0);
    await expectWhole();
  });

  it('does not affect a page of intact segments', async () => {
    await corrupt(2);
    const page = await api.view(id, 'offset=283000&limit=1000');
    expect(page.result).toEqual(PRIMES.slice(283_000, 284_000));
    await expect(api.send({ path, headers: TEXT })).rejects.toThrow('aborted');
    await eventually(() => expectWhole());
  });

  it.each(Object.keys(WRITTEN))(
    'aborts the connection if the damage is found in the middle of %s',
    async (accept) => {
      await corrupt(2);
      const response = await api.open({ path, headers: { accept } });
      expect(response.message.statusCode).toBe(200);
      let body = '';
      response.message.setEncoding('utf8');
      response.message.on('data', (chunk: string) => (body += chunk));
      await expect(response.text()).rejects.toThrow('aborted');
      // The received part is correct and recognizably incomplete.
      const received = accept === 'application/json' ? body.slice(body.indexOf('"result":') + 9) : body;
      expect(received.length).toBeGreaterThan(1_000_000);
      expect(WRITTEN[accept]?.(PRIMES).startsWith(received)).toBe(true);
      expect(body.endsWith(']}')).toBe(false);
      // The failed read has caused a repair for later reads.
      await eventually(() => expectWhole());
    },
  );
});

describe('a damaged store, without a worker', () => {
  it('returns 503 to all readers, and adds one repair before all waiting tasks', async () => {
    await worker[Symbol.asyncDispose]();
    const waiting = [await api.submit({ n: 5 }), await api.submit({ n: 6 })];
    await lose(1);
    const asked = await Promise.all(Array.from({ length: 5 }, () => api.send({ path, headers: TEXT })));
    for (const { status, headers, body } of asked) {
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'retry-after': '2', 'content-type': expect.stringMatching(/problem/) });
      expect(body).toContain('urn:primes:problem:result_unavailable');
    }
    await using hand = await manualWorker(api);
    const repair = await hand.take();
    expect(repair.job).toMatchObject({ name: 'repair', data: { task: { n: N, fresh: false } } });
    expect(await api.tasks.getWaitingCount()).toBe(waiting.length);
    // Each request logs the damage once, although it reads repeatedly.
    for (const { headers } of asked) {
      await eventually(() => {
        const logged = api.process.logs.filter((line) => line['request_id'] === headers['x-request-id']);
        expect(logged.map((line) => line.msg).sort()).toEqual(['request', 'segment missing or corrupt']);
      });
    }
    // The task itself is done.
    expect(await api.view(id)).toMatchObject({ status: 'done', result: [] });
    expect((await api.view(id, 'limit=1000')).result).toHaveLength(1_000);
    await repair.complete();
  });

  it('is repaired when a worker starts, even for a waiting reader', async () => {
    const first = await api.send({ path, headers: TEXT });
    expect(first.status).toBe(503);
    await api.start('worker');
    await expectWhole();
  });
});
