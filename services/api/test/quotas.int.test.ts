import { describe, expect, it } from '@jest/globals';
import { eventually, startTcpProxy, testRedisUrl } from '@primes/testing';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const keys = await setUp(async (keep) =>
  keep(await keyFile({ alice: ['submit', 'read'], bob: ['submit', 'read'], operator: ['operate'] })),
);
const { as } = keys;

describe('the quota of requests', () => {
  it('is shared by all processes, and separate for each principal', async () => {
    await using first = await startApiWithKeys(keys.file, { QUOTA_REQUESTS_PER_MINUTE: '5' });
    const second = await first.start('api');
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const url = i % 2 === 0 ? first.url : second.url;
      statuses.push((await fetch(`${url}/tasks`, { headers: as.alice })).status);
    }
    // The minute may end in between.
    const served = statuses.filter((status) => status === 200).length;
    expect(served).toBeGreaterThanOrEqual(5);
    expect(served).toBeLessThanOrEqual(10);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(await first.send({ path: '/tasks', headers: as.bob })).toMatchObject({ status: 200 });
    // Open routes do not count.
    for (let i = 0; i < 6; i++) expect((await first.send({ path: '/health' })).status).toBe(200);
  });

  it('is shown in each response', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_REQUESTS_PER_MINUTE: '1' });
    const get = () => api.send({ path: '/tasks', headers: as.alice });
    const { headers } = await get();
    expect(headers['ratelimit-policy']).toBe('"requests";q=1;w=60');
    expect(headers['ratelimit']).toMatch(/^"requests";r=0;t=\d+$/);
    await eventually(async () => {
      const rejected = await get();
      expect(rejected).toMatchObject({ status: 429, headers: { ratelimit: expect.stringContaining('r=0') } });
      expect(rejected.body).toContain('urn:primes:problem:rate_limited');
      expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(rejected.headers['retry-after'])).toBeLessThanOrEqual(60);
    });
  });

  it.each(['cut', 'hole'] as const)(
    'does not turn an outage of Redis (%s) into an error of its own',
    async (mode) => {
      await using proxy = await startTcpProxy(Number(new URL(testRedisUrl()).port));
      const env = { QUOTA_REQUESTS_PER_MINUTE: '100', REDIS_COMMAND_TIMEOUT_MS: '300', REDIS_URL: proxy.url };
      await using api = await startApiWithKeys(keys.file, env);
      expect((await api.send({ path: '/tasks', headers: as.alice })).status).toBe(200);
      proxy.set(mode);
      await eventually(async () => {
        expect((await api.send({ path: '/tasks', headers: as.alice })).status).toBe(503);
      });
      expect(api.process.logs.filter((line) => line['level'] === 'error')).toEqual([]);
    },
  );
});

describe('the quota of waiting tasks', () => {
  it('limits the waiting tasks of each principal, and not those that run or have ended', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '3' });
    await using worker = await manualWorker(api);
    const submit = (who: keyof typeof as = 'alice', more = {}) =>
      api.send(post({ text: 'a' }, { ...as[who], ...more }));
    /** Once the process asks Redis again. */
    const admitted = () =>
      eventually(async () => {
        expect((await submit()).status).toBe(202);
      });
    for (let i = 0; i < 3; i++) expect((await submit()).status).toBe(202);
    const rejected = await submit();
    expect(rejected).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    expect(rejected.body).toContain('urn:primes:problem:quota_exceeded');
    expect((await submit('bob')).status).toBe(202);

    const running = await worker.take();
    await admitted();
    expect((await submit()).status).toBe(429);
    // A hand-over makes it wait again, and then there are four.
    await running.giveBack();
    await eventually(async () => {
      expect(await api.tasks.getJobCountByTypes('waiting')).toBe(5);
    });
    await (await worker.take()).complete();
    await (await worker.take()).complete();
    await admitted();
    expect((await submit()).status).toBe(429);
    const { body } = await api.send({ path: '/tasks?status=pending', headers: as.alice });
    const { tasks } = JSON.parse(body) as { tasks: { request_id: string }[] };
    await api.send({ method: 'DELETE', path: `/tasks/${tasks[0]?.request_id ?? ''}`, headers: as.alice });
    await admitted();
  });

  it('has room at once for as many tasks as have ended, also if a thousand wait for their time', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '1100' });
    const submit = async (count: number, more = {}) => {
      const tasks = Array.from({ length: count }, () => ({ text: 'a', ...more }));
      const { status, body } = await api.send({ ...post(tasks, as.alice), path: '/tasks/batch' });
      return { status, id: (JSON.parse(body) as { batch_id?: string }).batch_id };
    };
    const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
    expect(await submit(1_000, later)).toMatchObject({ status: 202 });
    const { id: batch } = await submit(100);
    const cancel = { action: 'cancel', filter: { status: 'pending', batch } };
    const { body } = await api.send({ ...post(cancel, as.operator), path: '/tasks/actions' });
    expect(JSON.parse(body)).toMatchObject({ changed: 100 });
    expect((await submit(100)).status).toBe(202);
  });

  it('does not let a burst exceed the limit of all waiting tasks', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '100', MAX_QUEUED: '5' });
    const burst = Array.from({ length: 30 }, () => api.send(post({ text: 'a' }, as.alice)));
    const statuses = (await Promise.all(burst)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(202), ...Array<number>(25).fill(503)]);
  });

  it('leaves room for others when it rejects a task', async () => {
    // The api counts the rejected tasks until its next sample, if at all.
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '1', MAX_QUEUED: '2' });
    expect((await api.send(post({ text: 'a' }, as.alice))).status).toBe(202);
    for (let i = 0; i < 3; i++) expect((await api.send(post({ text: 'a' }, as.alice))).status).toBe(429);
    expect((await api.send(post({ text: 'a' }, as.bob))).status).toBe(202);
  });

  it('rejects a batch of more tasks than may ever wait, without a time for a repetition', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '2' });
    const submit = (count: number) =>
      api.send({ ...post(Array(count).fill({ text: 'a' }), as.alice), path: '/tasks/batch' });
    const { status, headers, body } = await submit(3);
    expect([status, headers['retry-after']]).toEqual([422, undefined]);
    expect(body).toContain('at most 2 tasks, because no more may wait, received 3');
    expect((await submit(1)).status).toBe(202);
    expect(await submit(2)).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
  });

  it('does not count a submission that is repeated', async () => {
    await using api = await startApiWithKeys(keys.file, { QUOTA_WAITING_TASKS: '1' });
    const submit = () => api.send(post({ text: 'a' }, { ...as.alice, 'idempotency-key': 'a' }));
    expect((await submit()).status).toBe(202);
    expect((await submit()).status).toBe(200);
  });
});

it.each(['QUOTA_REQUESTS_PER_MINUTE', 'QUOTA_WAITING_TASKS', 'AUTH_METRICS'])(
  '%s requires authentication',
  async (name) => {
    await expect(startApiWithKeys('', { [name]: '1' })).rejects.toThrow(
      `${name}: Requires AUTH_KEYS_FILE or OIDC_ISSUER`,
    );
  },
);
