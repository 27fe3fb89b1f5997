import { ProblemSchema } from '@primes/contracts';
import { startService, testRedisUrl, uniquePrefix } from '@primes/testing';
import { TaskSummarySchema, TaskViewSchema } from '@primes/testing/echo';
import { release } from '@primes/testing/echo/run';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { setUp } from './set-up.ts';

const { url, redis, prefix } = await setUp(async (keep) => {
  const prefix = uniquePrefix();
  const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix, STORE_PREFIX: prefix };
  const api = keep(await startService('api', env, { job: 'echo' }));
  keep(await startService('worker', env, { job: 'echo' }));
  const redis = new Redis(testRedisUrl());
  keep({
    async [Symbol.asyncDispose]() {
      await redis.quit();
    },
  });
  return { url: api.url, redis, prefix };
});

async function submit(input: object): Promise<string> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/tasks`, { method: 'POST', headers, body: JSON.stringify(input) });
  expect(response.status).toBe(202);
  return TaskSummarySchema.parse(await response.json()).request_id;
}

async function read(id: string, query = '') {
  const response = await fetch(`${url}/tasks/${id}${query}`);
  expect(response.status).toBe(200);
  return TaskViewSchema.parse(await response.json());
}

describe('a job whose result is what its run returned', () => {
  it('returns it once the task is done, and null before', async () => {
    const hold = 'released below';
    const id = await submit({ text: 'hello', steps: 3, hold });
    const before = await fetch(`${url}/tasks/${id}`);
    expect(before.headers.get('retry-after')).toBe('1');
    expect(TaskViewSchema.parse(await before.json())).toMatchObject({
      text: 'hello',
      steps: 3,
      result: null,
    });
    await release(redis, prefix, hold);
    expect(await read(id, '?wait=30')).toMatchObject({
      status: 'done',
      progress: 100,
      result: { text: 'hello', steps: 3 },
    });
  });

  it('returns only the status for limit=0', async () => {
    const id = await submit({ text: 'long' });
    expect(await read(id, '?wait=30&limit=0')).toMatchObject({ status: 'done', result: null });
  });

  it.each([
    ['offset=1', [{ field: 'offset', detail: 'Unknown field' }]],
    ['offset=0', [{ field: 'offset', detail: 'Unknown field' }]],
    ['limit=10', [{ field: 'limit', detail: 'Must be at most 0, received 10' }]],
  ])('has no pages: rejects %s', async (query, errors) => {
    const id = await submit({ text: '' });
    const response = await fetch(`${url}/tasks/${id}?${query}`);
    expect(response.status).toBe(422);
    expect(ProblemSchema.parse(await response.json())).toMatchObject({ errors });
  });

  it('is available only as JSON', async () => {
    const id = await submit({ text: '' });
    const csv = await fetch(`${url}/tasks/${id}`, { headers: { Accept: 'text/csv' } });
    expect(csv.status).toBe(406);
    expect(ProblemSchema.parse(await csv.json()).detail).toBe(
      'Accept must include one of application/json, received text/csv',
    );
    const head = await fetch(`${url}/tasks/${id}?wait=30`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
  });

  it('is the result of the successful run', async () => {
    const id = await submit({ text: 'again', throws: 1 });
    expect(await read(id, '?wait=30')).toMatchObject({ status: 'done', result: { text: 'again', steps: 1 } });
  });

  it('is documented without pages and formats', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      info: object;
      paths: Record<string, { get: { parameters: { name: string }[]; responses: Record<string, object> } }>;
    };
    expect(document.info).toMatchObject({ title: 'Echo' });
    const { parameters, responses } = document.paths['/tasks/{id}']?.get ?? {};
    expect(parameters?.map(({ name }) => name)).toEqual(['id', 'wait', 'limit']);
    expect(responses?.['200']).toMatchObject({ content: { 'application/json': expect.anything() } });
    expect(Object.keys(responses ?? {})).toEqual(['200', '400', '404', '406', '422', '503']);
  });
});
