import { randomUUID } from 'node:crypto';
import { COMPUTE_JOB, ProblemSchema, type JobData } from '@primes/contracts';
import { TaskListSchema } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { setUp } from './set-up.ts';

/** The ids of tasks by their text. */
const ids = new Map<string, string>();
const api = await setUp(async (keep) => {
  const started = keep(await startApi());
  await using worker = await manualWorker(started);
  for (const [text, steps] of [
    ['timeout', 1],
    ['crashed', 1],
    ['done', 2],
    ['7', 2],
    ['true', 3],
  ] as const) {
    ids.set(text, (await started.submit({ text, steps })).request_id);
  }
  await (await worker.take()).fail('timeout');
  await (await worker.take()).fail('crashed');
  await (await worker.take()).complete();
  return started;
});

async function list(query: string, to: TestApi = api, headers = {}) {
  return TaskListSchema.parse((await to.http('get', `/tasks?${query}`).set(headers).expect(200)).body);
}

/** The texts of the tasks of all pages, and how many pages there are. */
async function all(query: string, to: TestApi = api) {
  const texts: unknown[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const page = await list(`${query}${cursor && `&cursor=${cursor}`}`, to);
    texts.push(...page.tasks.map((task) => task.text));
    cursor = page.next_cursor;
  }
  return { texts, pages };
}

async function rejected(query: string, to: TestApi = api, headers = {}) {
  const { body } = await to.http('get', `/tasks?${query}`).set(headers).expect(422);
  return ProblemSchema.parse(body).errors?.[0];
}

const createdAt = async (text: string) => (await api.view(ids.get(text) ?? '')).created_at;

describe('a filter of GET /tasks', () => {
  it.each([
    ['steps=2', ['7', 'done']],
    ['text=7', ['7']],
    ['text=true', ['true']],
    ['text=%22done%22', []],
    ['steps=2&status=done', ['done']],
    ['error_code=timeout', ['timeout']],
    ['error_code=crashed&steps=1', ['crashed']],
    ['error_code=invalid', []],
    ['error_code=timeout&status=done', []],
    ['steps=9', []],
  ])('%s', async (query, texts) => {
    const page = await list(query);
    expect(page.tasks.map((task) => task.text)).toEqual(texts);
    expect(page).toMatchObject({ next_cursor: null, truncated: false });
    expect(page.scanned).toBeGreaterThanOrEqual(texts.length);
  });

  it('by time includes its start, and excludes its end', async () => {
    const [from, to] = [await createdAt('crashed'), await createdAt('7')];
    const { texts } = await all(`created_after=${from}&created_before=${to}`);
    expect(texts).toEqual(['done', 'crashed'].filter((text) => text !== '7'));
    const offset = from.replace('Z', '%2B00:00');
    expect((await all(`created_after=${offset}&error_code=crashed`)).texts).toEqual(['crashed']);
    expect((await all(`created_before=${from}&limit=1`)).texts).toEqual(['timeout']);
  });

  it.each([
    ['steps=a', 'steps', /^Must be a whole number, received "a"$/],
    ['steps=1&steps=2', 'steps', /./],
    ['error_code=none', 'error_code', /^Must be one of timeout/],
    ['created_after=2026-12-01', 'created_after', /offset/],
    ['created_before=2026-12-01T00:00:00', 'created_before', /offset/],
    ['created_after=2026-12-01T00:00:00+01:00', 'created_after', /offset/],
    ['batch=1', 'batch', /batch_id/],
    ['principal=a&principal=b', 'principal', /string/],
    ['hold=a', 'hold', /Unknown field/],
  ])('rejects %s', async (query, field, detail) => {
    expect(await rejected(query)).toEqual({ field, detail: expect.stringMatching(detail) });
  });

  it('reads at most about 5,000 tasks a request, and says so', async () => {
    await using own = await startApi();
    await own.submit({ text: 'oldest', steps: 2 });
    const { data } = (await own.tasks.getJobs(['waiting']))[0] as { data: JobData };
    const other = { ...data, task: { ...data.task, text: 'other', steps: 1 } };
    const jobs = Array.from({ length: 6_000 }, () => ({ name: COMPUTE_JOB, data: other }));
    await own.tasks.addBulk(jobs.map((job) => ({ ...job, opts: { jobId: randomUUID() } })));
    for (const more of ['', '&status=pending']) {
      const first = await list(`steps=2${more}`, own);
      expect(first).toMatchObject({ tasks: [], truncated: true, next_cursor: expect.any(String) });
      expect(first.scanned).toBeGreaterThanOrEqual(5_000);
      expect(first.scanned).toBeLessThan(5_500);
      expect(await all(`steps=2${more}`, own)).toEqual({ texts: ['oldest'], pages: 2 });
    }
  });

  it('by principal needs a role for tasks of others', async () => {
    await using keys = await keyFile({
      alice: ['submit', 'read'],
      bob: ['submit', 'read'],
      all: ['read-all'],
    });
    await using own = await startApiWithKeys(keys.file);
    for (const who of ['alice', 'bob'] as const) {
      await own.http('post', '/tasks').set(keys.as[who]).send({ text: who }).expect(202);
    }
    const seen = async (who: 'alice' | 'all', query: string) =>
      (await list(query, own, keys.as[who])).tasks.map((task) => task.text);
    expect(await seen('all', 'principal=alice')).toEqual(['alice']);
    expect(await seen('all', 'principal=nobody')).toEqual([]);
    // The longest one that a token can name.
    expect(await seen('all', `principal=oidc:${'a'.repeat(256)}`)).toEqual([]);
    expect(await seen('alice', 'principal=alice')).toEqual(['alice']);
    expect(await seen('alice', 'text=bob')).toEqual([]);
    expect(await rejected('principal=bob', own, keys.as.alice)).toMatchObject({ field: 'principal' });
  });
});
