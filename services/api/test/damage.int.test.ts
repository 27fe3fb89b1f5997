import { StoreKeys } from '@primes/prime-store';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { WRITTEN, firstPrimes } from './expected.ts';
import { handWorker } from './hand-worker.ts';
import { setUp } from './set-up.ts';

/** Three segments; the third is not read before the answer has begun. */
const N = 600_000;
const PRIMES = firstPrimes(N);
const { api, worker, id } = await setUp(async (keep) => {
  const started = keep(await startApi());
  const first = await started.start('worker');
  return { api: started, worker: first, id: await started.compute({ n: N }) };
});
const keys = new StoreKeys(api.prefix);
const path = `/tasks/${id}`;
const TEXT = { accept: 'text/plain' };

async function corrupt(segment: number): Promise<void> {
  await api.redis.setrange(keys.segment(segment), 100_000, 'not what was written');
}

async function lose(segment: number): Promise<void> {
  await api.redis.del(keys.segment(segment));
}

async function expectWhole(): Promise<void> {
  const { status, body } = await api.send({ path, headers: TEXT });
  expect(status).toBe(200);
  expect(body === WRITTEN['text/plain']?.(PRIMES)).toBe(true);
}

async function miscount(): Promise<void> {
  const count = Number(await api.redis.hget(keys.manifest, '0'));
  await api.redis.hset(keys.manifest, '0', count - 1);
}

/** How often this damage was counted, and logged, by the time the answer is there. */
async function noticed(reason: string): Promise<number> {
  return api.metric('prime_store_unreadable_segments_total', new RegExp(`reason="${reason}"`));
}

describe('damage in the store, with a worker', () => {
  it.each([
    ['the first segment is missing', 'missing', () => lose(0)],
    ['the last segment is missing', 'missing', () => lose(2)],
    ['all segments are missing', 'missing', () => Promise.all([0, 1, 2].map(lose))],
    ['the first segment is corrupt', 'corrupt', () => corrupt(0)],
    ['the first segment is cut off', 'corrupt', () => api.redis.set(keys.segment(0), 'PSEG')],
    [
      'the first segment is another',
      'corrupt',
      () => api.redis.copy(keys.segment(1), keys.segment(0), 'REPLACE'),
    ],
    ['the manifest miscounts', 'corrupt', miscount],
    ['an entry of the manifest is lost', 'missing', () => api.redis.hdel(keys.manifest, '1')],
    [
      'the whole store is lost',
      'missing',
      () => api.redis.del(keys.manifest, ...[0, 1, 2].map((i) => keys.segment(i))),
    ],
  ])('is mended before the first byte: %s', async (_name, reason, damage) => {
    const before = await noticed(reason);
    await damage();
    await expectWhole();
    expect(await noticed(reason)).toBeGreaterThan(before);
    await expectWhole();
  });

  it('does not matter to a page that does not need it', async () => {
    await corrupt(2);
    const page = await api.view(id, 'offset=283000&limit=1000');
    expect(page.result).toEqual(PRIMES.slice(283_000, 284_000));
    await expect(api.send({ path, headers: TEXT })).rejects.toThrow('aborted');
    await eventually(expectWhole);
  });

  it.each(Object.keys(WRITTEN))('found in mid-stream of %s breaks the connection off', async (accept) => {
    await corrupt(2);
    const answer = await api.open({ path, headers: { accept } });
    expect(answer.message.statusCode).toBe(200);
    let body = '';
    answer.message.setEncoding('utf8');
    answer.message.on('data', (chunk: string) => (body += chunk));
    await expect(answer.text()).rejects.toThrow('aborted');
    // What has come is right as far as it goes, and cannot be taken for all.
    const came = accept === 'application/json' ? body.slice(body.indexOf('"result":') + 9) : body;
    expect(came.length).toBeGreaterThan(1_000_000);
    expect(WRITTEN[accept]?.(PRIMES).startsWith(came)).toBe(true);
    expect(body.endsWith(']}')).toBe(false);
    // The reader that met it has had it mended for the next.
    await eventually(expectWhole);
  });
});

describe('damage in the store, with no worker', () => {
  it('is 503 for every reader, and one repair before all waiting tasks', async () => {
    await worker[Symbol.asyncDispose]();
    const waiting = [await api.submit({ n: 5 }), await api.submit({ n: 6 })];
    await lose(1);
    const asked = await Promise.all(Array.from({ length: 5 }, () => api.send({ path, headers: TEXT })));
    for (const { status, headers, body } of asked) {
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'retry-after': '2', 'content-type': expect.stringMatching(/problem/) });
      expect(body).toContain('urn:primes:problem:result_unavailable');
    }
    await using hand = await handWorker(api);
    const repair = await hand.take();
    expect(repair.job).toMatchObject({ name: 'repair', id: `repair-${N}`, data: { task: { n: N } } });
    expect(await api.tasks.getWaitingCount()).toBe(waiting.length);
    // Of a damage that they all met again and again, each has told once.
    for (const { headers } of asked) {
      await eventually(() => {
        const told = api.process.logs.filter((line) => line['request_id'] === headers['x-request-id']);
        expect(told.map((line) => line.msg).sort()).toEqual(['damage in the store', 'request']);
      });
    }
    // The task itself is done, and says so.
    expect(await api.view(id)).toMatchObject({ status: 'done', result: [] });
    expect((await api.view(id, 'limit=1000')).result).toHaveLength(1_000);
    await repair.complete();
  });

  it('ends when a worker comes, even for a reader who waits', async () => {
    const first = await api.send({ path, headers: TEXT });
    expect(first.status).toBe(503);
    await api.start('worker');
    await eventually(expectWhole);
  });
});
