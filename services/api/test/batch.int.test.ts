import { randomUUID } from 'node:crypto';
import { ProblemSchema, SubmittedBatchSchema, type SubmittedBatch } from '@primes/contracts';
import { eventually, startRedis } from '@primes/testing';
import { TaskListSchema } from '@primes/testing/echo';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const env = { WEBHOOK_ALLOWED_HOSTS: 'localhost', RETENTION_SECONDS: '60' };
// Its own Redis, because a test fills its memory.
const { api, worker, receiver } = await setUp(async (keep) => {
  const redis = keep(await startRedis());
  const api = keep(await startApi({ ...env, REDIS_URL: redis.url }));
  return { api, worker: keep(await manualWorker(api)), receiver: keep(await startReceiver()) };
});

const tasks = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ text: String(i), ...more }));
const post = (body: unknown, headers: Record<string, string> = {}, to: TestApi = api) =>
  to
    .http('post', '/tasks/batch')
    .set({ 'content-type': 'application/json', ...headers })
    .send(typeof body === 'string' ? body : JSON.stringify(body));
const NDJSON = { 'content-type': 'application/x-ndjson' };

async function submitted(body: unknown, headers: Record<string, string> = {}): Promise<SubmittedBatch> {
  return SubmittedBatchSchema.parse((await post(body, headers).expect(202)).body);
}

async function list(query: string) {
  return TaskListSchema.parse((await api.http('get', `/tasks?${query}`).expect(200)).body);
}

/** All jobs, and what the webhooks wait for. */
async function written(): Promise<number> {
  return (await api.tasks.getJobCountByTypes()) + (await api.webhooks.getJobCountByTypes());
}

afterEach(async () => {
  await api.redis.config('SET', 'maxmemory', '0');
  await api.tasks.obliterate({ force: true });
  await api.webhooks.obliterate({ force: true });
});

describe('POST /tasks/batch', () => {
  it('adds tasks of all kinds in their order, and answers with their ids', async () => {
    const callback = { callback_url: receiver.url('/batch') };
    const body = [{ text: 'a' }, { text: 'b', priority: 2 }, { text: 'c', ...callback }, { text: 'd' }];
    const response = await post(body).expect(202).expect('Retry-After', '1');
    const { batch_id: id, total, request_ids: ids } = SubmittedBatchSchema.parse(response.body);
    expect(response.headers['location']).toBe(`/tasks?batch=${id}`);
    expect([total, ids.length, new Set(ids).size]).toEqual([4, 4, 4]);
    for (const [i, each] of ids.entries()) {
      expect(await api.view(each)).toMatchObject({ text: body[i]?.text, batch_id: id });
    }
    expect(await api.metric('echo_task_submissions_total', /started/)).toBe(4);
    // Without a priority first, in their order.
    for (const text of ['a', 'c', 'd', 'b']) {
      const task = await worker.take();
      expect(task.job.data.task).toMatchObject({ text });
      await task.complete();
    }
    const [delivered] = await receiver.arrived('/batch', 1);
    expect(JSON.parse(delivered?.body ?? '')).toMatchObject({ request_id: ids[2], batch_id: id });
  });

  it('accepts 1,000 tasks, also as lines', async () => {
    const lines = tasks(1_000).map((task) => JSON.stringify(task));
    for (const body of [`${lines.join('\n')}\n`, lines.join('\r\n')]) {
      const { total, request_ids: ids } = await submitted(body, NDJSON);
      expect([total, new Set(ids).size]).toEqual([1_000, 1_000]);
    }
    expect((await submitted(tasks(1_000, { priority: 1 }))).total).toBe(1_000);
    expect(await api.tasks.getJobCounts('waiting', 'prioritized')).toEqual({
      waiting: 2_000,
      prioritized: 1_000,
    });
  });

  it.each([
    ['an empty list', [], '(root)', /list of 1 to 1000 tasks/],
    ['1,001 tasks', tasks(1_001), '(root)', /list of 1 to 1000 tasks/],
    ['one task', { text: 'a' }, '(root)', /list of 1 to 1000 tasks/],
    ['a task without a field', [{ text: 'a' }, {}], '1.text', /^Is required$/],
    ['a task with an unknown field', [{ text: 'a', n: 1 }], '0.n', /^Unknown field$/],
    ['a number', [{ text: 'a' }, 7], '1', /^Must be a JSON object, received 7$/],
    [
      'a forbidden address',
      [{ text: 'a' }, { text: 'a', callback_url: 'http://10.0.0.1/' }],
      '1.callback_url',
      /10\.0\.0\.1/,
    ],
  ])('rejects %s, naming index and field, and adds nothing', async (...[, body, field, detail]) => {
    const response = await post(body).expect(422);
    const [error] = ProblemSchema.parse(response.body).errors ?? [];
    expect(error).toEqual({ field, detail: expect.stringMatching(detail) });
    expect(await written()).toBe(0);
  });

  it('reports at most 20 of many errors', async () => {
    const { body } = await post(tasks(1_000, { steps: 0 })).expect(422);
    expect(ProblemSchema.parse(body).errors).toHaveLength(20);
    await post(`[${'{},'.repeat(300_000)}{}]`).expect(422);
  });

  it.each([
    ['a broken line', '{"text":"a"}\n{"text":\n{"text":"c"}', NDJSON, 400, /^Line 2 must be JSON/],
    ['an empty line', '{"text":"a"}\n\n{"text":"c"}', NDJSON, 400, /^Line 2 must be JSON, received an empty/],
    ['an invalid line', '{"text":"a"}\n{"text":1}', NDJSON, 422, /^1\.text: Must be a string/],
    ['broken JSON', '[{"text":"a"},', {}, 400, /JSON/],
    ['another type', 'text=a', { 'content-type': 'text/plain' }, 415, /application\/x-ndjson/],
    ['no body', '', NDJSON, 400, /^The body must be JSON, received none$/],
    ['a large body', `[${' '.repeat(2 ** 20)}]`, {}, 413, /at most 1048576 bytes/],
    ['many large lines', 'x'.repeat(2 ** 20 + 1), NDJSON, 413, /at most 1048576 bytes/],
  ])('rejects %s', async (...[, body, headers, status, detail]) => {
    const response = await post(body, headers).expect(status);
    expect(ProblemSchema.parse(response.body).detail).toMatch(detail);
    expect(await written()).toBe(0);
  });

  it('adds all or nothing while the memory of Redis is full', async () => {
    await submitted(tasks(1));
    const before = await written();
    // Less than Redis uses, but enough for MAX_QUEUED to exceed the batch.
    await api.redis.config('SET', 'maxmemory', '1mb');
    await post(tasks(200, { callback_url: receiver.url('/full') })).expect(503);
    await api.redis.config('SET', 'maxmemory', '0');
    expect(await written()).toBe(before);
  });

  it('does not add a batch for which there is no room, but a smaller one', async () => {
    await using small = await startApi({ MAX_QUEUED: '10' });
    const { body, headers } = await post(tasks(11), {}, small).expect(422);
    const detail = 'Must be a list of at most 10 tasks, because no more may wait, received 11';
    expect(ProblemSchema.parse(body).errors).toEqual([{ field: '(root)', detail }]);
    expect(headers).not.toHaveProperty('retry-after');
    expect(await small.tasks.getJobCountByTypes()).toBe(0);
    await post(tasks(6), {}, small).expect(202);
    const full = await post(tasks(5), {}, small).expect(503).expect('Retry-After', '5');
    expect(ProblemSchema.parse(full.body)).toMatchObject({
      type: 'urn:primes:problem:queue_full',
      detail: 'At most 10 tasks may wait, received 5 more',
    });
    await post(tasks(4), {}, small).expect(202);
    expect(await small.tasks.getJobCountByTypes()).toBe(10);
  });
});

describe('an Idempotency-Key of a batch', () => {
  const keyed = () => ({ 'idempotency-key': randomUUID() });

  it('returns the same ids with 200 for the equal body, in any order of fields, and 409 for others', async () => {
    const key = keyed();
    const callback = { callback_url: receiver.url('/again') };
    const first = await submitted(
      [
        { text: 'a', steps: 2 },
        { text: 'b', ...callback },
      ],
      key,
    );
    expect(first.batch_id).toMatch(/^.{14}8/);
    const before = await written();
    const equal = [
      { steps: 2, priority: 0, text: 'a' },
      { ...callback, text: 'b' },
    ];
    expect((await post(equal, key).expect(200)).body).toEqual(first);
    const lines = equal.map((each) => JSON.stringify(each)).join('\n');
    expect((await post(lines, { ...key, ...NDJSON }).expect(200)).body).toEqual(first);
    for (const other of [[equal[0]], [...equal, { text: 'c' }], [equal[1], equal[0]]]) {
      const { body } = await post(other, key).expect(409);
      expect(ProblemSchema.parse(body)).toMatchObject({ batch_id: first.batch_id });
    }
    expect(await written()).toBe(before);
    // Keys of single tasks are others.
    await api.http('post', '/tasks').set(key).send({ text: 'a' }).expect(202);
  });

  it('creates one batch, also when equal requests arrive at once', async () => {
    const key = keyed();
    const responses = await Promise.all(Array.from({ length: 8 }, () => post(tasks(50), key)));
    expect(responses.map(({ status }) => status).sort()).toEqual([...Array<number>(7).fill(200), 202]);
    const bodies = responses.map(({ body }) => SubmittedBatchSchema.parse(body));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(await written()).toBe(50);
  });

  it('is found while one of its tasks exists, and creates a new batch afterwards', async () => {
    const key = keyed();
    const { request_ids: ids } = await submitted(tasks(3), key);
    for (const id of ids.slice(0, 2)) await api.tasks.remove(id);
    await post(tasks(3), key).expect(200);
    await post(tasks(2), key).expect(409);
    // Ended, and older than the retention, but not removed yet.
    const task = await worker.take();
    await task.complete();
    await api.redis.hset(api.tasks.toKey(task.id), 'finishedOn', Date.now() - 61_000);
    expect((await submitted(tasks(3), key)).request_ids).toEqual(ids);
    expect(await written()).toBe(3);
  });

  it('belongs to a principal, and its tasks count in the quota', async () => {
    await using keys = await keyFile({
      alice: ['submit', 'read'],
      bob: ['submit', 'read'],
      all: ['read-all'],
    });
    await using own = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '5' });
    const key = keyed();
    const send = (who: 'alice' | 'bob', count: number, more = {}) =>
      post(tasks(count), { ...keys.as[who], ...more }, own);
    const first = SubmittedBatchSchema.parse((await send('alice', 3, key).expect(202)).body);
    expect((await send('bob', 3, key).expect(202)).body).not.toMatchObject({ batch_id: first.batch_id });
    await send('alice', 3, key).expect(200);
    await send('alice', 3).expect(429);
    await send('alice', 2).expect(202);
    expect(await own.tasks.getJobCountByTypes()).toBe(8);
    const path = `/tasks?batch=${first.batch_id}`;
    const seen = async (who: 'alice' | 'bob' | 'all') => {
      const { body } = await own.http('get', path).set(keys.as[who]).expect(200);
      return [TaskListSchema.parse(body).tasks.length, TaskListSchema.parse(body).counts?.pending];
    };
    expect(await Promise.all([seen('alice'), seen('bob'), seen('all')])).toEqual([
      [3, 3],
      [0, 0],
      [3, 3],
    ]);
  });
});

describe('GET /tasks?batch=', () => {
  it('pages the tasks in their order, and counts them by status', async () => {
    const { batch_id: id, request_ids: ids } = await submitted(tasks(7));
    await submitted(tasks(3));
    await (await worker.take()).complete();
    await (await worker.take()).fail('timeout');
    await worker.take();
    await api.http('delete', `/tasks/${ids[5] ?? ''}`).expect(202);
    const counts = { pending: 3, processing: 1, done: 1, failed: 1, cancelled: 1 };
    const seen: string[] = [];
    let query = `batch=${id.toUpperCase()}&limit=3`;
    for (
      let cursor: string | null = '';
      cursor !== null;
      query = `batch=${id}&limit=3&cursor=${cursor ?? ''}`
    ) {
      const page = await list(query);
      expect(page).toMatchObject({ counts, truncated: false });
      seen.push(...page.tasks.map((task) => task.request_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids);
    const pending = await list(`batch=${id}&status=pending`);
    expect(pending.tasks.map((task) => task.request_id)).toEqual([ids[3], ids[4], ids[6]]);
    expect(pending.counts).toEqual(counts);
    // The first one is removed, and another one is older than the retention.
    await api.tasks.remove(ids[0] ?? '');
    await api.redis.hset(api.tasks.toKey(ids[1] ?? ''), 'finishedOn', Date.now() - 61_000);
    await eventually(async () => {
      expect((await list(`batch=${id}`)).counts).toEqual({ ...counts, done: 0, failed: 0 });
    });
  });

  it('is empty for an unknown batch, and rejects what is none', async () => {
    expect(await list(`batch=${randomUUID()}`)).toMatchObject({ tasks: [], counts: { pending: 0 } });
    expect((await list('')).counts).toBeNull();
    for (const query of ['batch=1', 'batch=a&batch=b', `batch=${randomUUID()}&cursor=W10`]) {
      await api.http('get', `/tasks?${query}`).expect(422);
    }
  });
});
