import { ProblemSchema } from '@primes/contracts';
import { TaskViewSchema } from '@primes/primes';
import { eventually } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startPrimesApi } from './api.ts';
import { WRITTEN, firstPrimes } from './expected.ts';
import { raw } from '../../services/api/test/http-client.ts';
import { setUp } from '../../services/api/test/set-up.ts';

/** Three segments. */
const N = 600_000;
/** Primes before the second segment, and before the third. */
const BOUNDARIES = [278_605, 530_997] as const;
const PRIMES = firstPrimes(N);
const { api, id } = await setUp(async (keep) => {
  const started = keep(await startPrimesApi());
  await started.start('worker');
  return { api: started, id: await started.compute({ n: N }) };
});
const TYPES = Object.keys(WRITTEN);

async function read(type: string, query = ''): Promise<string> {
  const { status, body, headers } = await api.send({
    path: `/tasks/${id}${query}`,
    headers: { accept: type },
  });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(new RegExp(`^${type}(;|$)`));
  return type === 'application/json' ? body.slice(body.indexOf('"result":') + 9, -1) : body;
}

describe('a task from submission to result', () => {
  it.each([1, 2, 3, 4, 100, 10_000])('computes the first %d primes', async (n) => {
    const accepted = await api.http('post', '/tasks').send({ n }).expect(202);
    const { request_id: task } = accepted.body as { request_id: string };
    expect(accepted.headers).toMatchObject({ location: `/tasks/${task}`, 'retry-after': '1' });
    expect(accepted.body).toMatchObject({ n, priority: 0, fresh: false, timeout_seconds: 600, error: null });
    expect(accepted.body).not.toHaveProperty('result');
    const view = await api.view(task, 'wait=30');
    expect(view).toMatchObject({ status: 'done', progress: 100, error: null, result: PRIMES.slice(0, n) });
    expect(view.result?.at(-1)).toBe(NTH_PRIME.get(n));
    const [created, started, finished] = [view.created_at, view.started_at, view.finished_at].map(String);
    expect([finished, started, created].sort()).toEqual([created, started, finished]);
  });

  it('reads the manifest once for all results that it covers', async () => {
    const hashesRead = () => api.metric('redis_operations_total', /operation="hgetall"/);
    await read('text/plain', '?limit=1');
    const before = await hashesRead();
    for (let i = 0; i < 3; i++) await read('text/plain', '?limit=1');
    // One for the task itself.
    expect((await hashesRead()) - before).toBe(3);
  });

  it('shows how much of it was computed, unless a worker of an earlier version ended it', async () => {
    expect(await api.view(id, 'limit=0')).toMatchObject({
      counts: { segments_computed: 3, segments_cached: 0 },
    });
    const again = await api.compute({ n: N });
    const counts = { segments_computed: 0, segments_cached: 3 };
    expect(await api.view(again, 'limit=0')).toMatchObject({ counts });
    const list = await api.http('get', `/tasks?n=${N}`).expect(200);
    expect(list.body).toMatchObject({ tasks: [{ request_id: again, counts }, { request_id: id }] });
    const old = { startedAt: Date.now(), result: { segmentsComputed: 0, segmentsCached: 3 } };
    await api.redis.hset(api.tasks.toKey(again), 'returnvalue', JSON.stringify(old));
    expect(await api.view(again, 'limit=0')).toMatchObject({ status: 'done', counts: null });
  });

  it('keeps the options that it was submitted with', async () => {
    const options = { n: 7, priority: 3, timeout_seconds: 60, fresh: true };
    expect(await api.view(await api.compute(options))).toMatchObject(options);
  });

  it.each(TYPES)('returns %s byte for byte', async (type) => {
    const body = await read(type);
    // Not toBe, whose diff of two texts of 5 MB would take minutes.
    expect(body === WRITTEN[type]?.(PRIMES)).toBe(true);
  });

  it('has the result as its last key', async () => {
    const { body } = await api.send({ path: `/tasks/${id}?limit=3` });
    expect(body.endsWith(',"result":[2,3,5]}')).toBe(true);
    expect(Object.keys(TaskViewSchema.parse(JSON.parse(body))).at(-1)).toBe('result');
  });
});

describe('pages', () => {
  const edge = fc
    .constantFrom(0, 3, ...BOUNDARIES, N)
    .chain((near) => fc.integer({ min: Math.max(0, near - 2_000), max: near + 2_000 }));
  const offset = fc.oneof(fc.nat(5), edge, fc.nat(N), fc.constant(1_000_000_000));
  const limit = fc.oneof(
    { weight: 10, arbitrary: fc.nat(5) },
    { weight: 10, arbitrary: fc.nat(5_000) },
    { weight: 1, arbitrary: fc.constant(1_000_000_000) },
  );

  it('equal the same slice of the whole result, in every format', async () => {
    await fc.assert(
      fc.asyncProperty(offset, limit, fc.constantFrom(...TYPES), async (from, count, type) => {
        const page = await read(type, `?offset=${from}&limit=${count}`);
        const expected = WRITTEN[type]?.(PRIMES.slice(from, from + count));
        if (page !== expected)
          throw new Error(`${page.slice(0, 200)}…, expected ${expected?.slice(0, 200) ?? ''}…`);
      }),
      { numRuns: 150 },
    );
  });

  it.each(TYPES)('contain no primes for limit=0 of %s', async (type) => {
    expect(await read(type, '?limit=0')).toBe(type === 'text/csv' ? 'prime\r\n' : WRITTEN[type]?.([]));
  });

  it('together equal the whole result', async () => {
    const small = await api.compute({ n: 1_000 });
    let all: number[] = [];
    for (let from = 0; from < 1_000; from += 170) {
      all = all.concat((await api.view(small, `offset=${from}&limit=170`)).result ?? []);
    }
    expect(all).toEqual(PRIMES.slice(0, 1_000));
  });
});

describe('the form of the response', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/*', 'text/plain'],
    ['text/csv, text/plain;q=0.9', 'text/csv'],
    ['application/json;q=0.1, text/csv;q=0.2', 'text/csv'],
    ['application/xml, application/x-ndjson;q=0.1', 'application/x-ndjson'],
    ['text/html, */*;q=0.1', 'application/json'],
  ])('Accept: %s gives %s', async (accept, type) => {
    const { message, text } = await api.open({
      path: `/tasks/${id}?limit=2`,
      headers: accept ? { accept } : {},
    });
    expect(message.headers['content-type']?.split(';')[0]).toBe(type);
    expect(message.headers).toMatchObject({
      vary: expect.stringMatching(/Accept/),
      'cache-control': 'no-store',
    });
    await text();
  });

  it.each(TYPES.filter((type) => type !== 'application/json'))(
    'rejects %s for a task that is not done',
    async (accept) => {
      await api.tasks.pause();
      const { request_id: other } = await api.submit({ n: 9 });
      const ask = () => api.send({ path: `/tasks/${other}`, headers: { accept } });
      expect(await ask()).toMatchObject({
        status: 409,
        body: expect.stringContaining('received one that is pending'),
      });
      await api.http('delete', `/tasks/${other}`).expect(202);
      expect(await ask()).toMatchObject({
        status: 409,
        body: expect.stringContaining('received one that is cancelled'),
      });
      await api.tasks.resume();
      await eventually(async () => {
        expect((await api.tasks.getJob(other))?.finishedOn).toBeDefined();
      });
    },
  );

  describe('over HTTP/1.0, as nginx speaks it by default', () => {
    const ask = async (path: string, { method = 'GET', accept = 'application/json' } = {}) => {
      const response = await raw(
        api.url,
        `${method} ${path} HTTP/1.0\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`,
      );
      const end = response.indexOf('\r\n\r\n');
      return { head: response.slice(0, end), body: response.slice(end + 4) };
    };

    it.each(TYPES)('has up to 10,000 primes with their length, as %s', async (accept) => {
      // Three chunks, of which the last one is in the memory of the first one.
      const path = `/tasks/${id}?offset=${BOUNDARIES[0] - 900}&limit=10000`;
      const { head, body } = await ask(path, { accept });
      expect(head).toMatch(/^HTTP\/1.1 200 /);
      expect(head).toMatch(new RegExp(`\r\nContent-Length: ${body.length}(\r\n|$)`));
      expect(head).not.toMatch(/transfer-encoding/i);
      expect(body).toBe((await api.send({ path, headers: { accept } })).body);
    });

    it('has any result without primes', async () => {
      expect((await ask(`/tasks/${id}?limit=0`)).body).toMatch(/"status":"done"[^]*"result":\[\]\}$/);
    });

    it.each(['GET', 'HEAD'])(
      'is rejected with 426 for more primes, because a truncated result would look complete: %s',
      async (method) => {
        const { head, body } = await ask(`/tasks/${id}`, { method });
        expect(head).toMatch(/^HTTP\/1.1 426 /);
        expect(head).toMatch(/\r\nUpgrade: HTTP\/1.1(\r\n|$)/);
        if (method === 'HEAD') return;
        expect(ProblemSchema.parse(JSON.parse(body))).toMatchObject({
          type: 'urn:primes:problem:upgrade_required',
          detail:
            'Expected HTTP/1.1 or at most 10000 items (limit=10000), received HTTP/1.0. nginx sends HTTP/1.1 with `proxy_http_version 1.1`',
        });
      },
    );

    it('HEAD has the type of a small result', async () => {
      const { head } = await ask(`/tasks/${id}?limit=10`, { method: 'HEAD', accept: 'text/csv' });
      expect(head).toMatch(/^HTTP\/1.1 200 [^]*\r\nContent-Type: text\/csv/);
    });
  });

  it('HEAD returns the type and reads no segment', async () => {
    for (const accept of TYPES) {
      const { status, headers } = await api.send({
        method: 'HEAD',
        path: `/tasks/${id}`,
        headers: { accept },
      });
      expect(status).toBe(200);
      expect(headers['content-type']).toContain(accept);
    }
  });
});

describe('?wait= with a page', () => {
  it('responds with the page once the task is done', async () => {
    await api.tasks.pause();
    const { request_id: waiting } = await api.submit({ n: 5 });
    // Longer than the test's timeout, so only the end of the task can end it.
    const asked = ['wait=60', 'wait=60&limit=2', 'wait=60&offset=4'].map((query) => api.view(waiting, query));
    // Later requests have completed, so the long-polls are waiting.
    await api.view(waiting);
    await api.tasks.resume();
    const results = (await Promise.all(asked)).map(({ result }) => result);
    expect(results).toEqual([[2, 3, 5, 7, 11], [2, 3], [11]]);
  });
});
