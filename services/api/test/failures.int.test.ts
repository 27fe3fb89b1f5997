import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { COMPUTE_JOB, type JobData } from '@primes/contracts';
import { FailuresSchema } from '../src/operate/failures.ts';
import { startApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { manualWorker } from './manual-worker.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, closed, as } = await setUp(async (keep) => {
  const keys = keep(await keyFile({ alice: ['submit', 'read-all'], operator: ['operate', 'submit'] }));
  const open = keep(await startApi());
  return {
    api: open,
    closed: keep(await startApiWithKeys(keys.file, { QUEUE_PREFIX: open.prefix })),
    as: keys.as,
  };
});

async function failures(headers?: object) {
  const to = headers ? closed : api;
  const { status, body } = await to.send({ path: '/tasks/failures', headers: { ...headers } });
  expect(status).toBe(200);
  return FailuresSchema.parse(JSON.parse(body));
}

it('groups failed tasks by code and reason without ids', async () => {
  expect(await failures()).toEqual({ failures: [], scanned: 0, truncated: false });
  await using worker = await manualWorker(api);
  const fail = async (reason: string) => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    task.job.opts.attempts = 1;
    await task.end(Object.assign(new Error(reason), { name: 'Error' }));
    return id;
  };
  const first = await fail('timeout: The task exceeded its timeout of 600 seconds');
  const last = await fail('timeout: The task exceeded its timeout of 10 seconds');
  await fail(`crashed: lost ${randomUUID()} at 0xdeadbeef`);
  await fail(`crashed: lost ${randomUUID()} at 0x1\nsecond line`);
  await fail('crashed: lost it');
  const thrown = await fail('connect ECONNREFUSED 10.0.0.1:6379');
  const { request_id: cancelled } = await api.submit({ text: 'a' });
  await api.http('delete', `/tasks/${cancelled}`).expect(202);

  const { failures: groups, scanned, truncated } = await failures();
  expect([scanned, truncated]).toEqual([7, false]);
  const [firstView, lastView] = [await api.view(first), await api.view(last)];
  expect(groups).toHaveLength(4);
  expect(groups).toContainEqual({
    code: 'timeout',
    reason: 'The task exceeded its timeout of … seconds',
    count: 2,
    first: firstView.finished_at,
    last: lastView.finished_at,
    example: last,
  });
  expect(groups).toContainEqual(expect.objectContaining({ reason: 'lost … at …', count: 2 }));
  expect(groups).toContainEqual(expect.objectContaining({ reason: 'lost it', count: 1 }));
  // As in the task itself: the error may contain names of hosts.
  const crashed = { code: 'crashed', count: 1, example: thrown };
  expect(groups).toContainEqual(
    expect.objectContaining({ ...crashed, reason: 'The task crashed in all attempts' }),
  );
  const { failures: shown } = await failures(as.operator);
  expect(shown).toContainEqual(
    expect.objectContaining({ ...crashed, reason: 'connect ECONNREFUSED ….….….…:…' }),
  );
  expect(shown.map((group) => group.count)).toEqual([2, 2, 1, 1]);
});

it('reads the newest 5,000, and not what has expired', async () => {
  await using own = await startApi();
  const { request_id: id } = await own.submit({ text: 'a' });
  const { data } = (await own.tasks.getJob(id)) as { data: JobData };
  await own.http('delete', `/tasks/${id}`).expect(202);
  const pipeline = own.redis.pipeline();
  for (let i = 0; i < 5_010; i++) {
    const failed = randomUUID();
    const finishedOn = Date.now() - (i < 3 ? i : 90_000_000);
    pipeline.hset(own.tasks.toKey(failed), {
      name: COMPUTE_JOB,
      data: JSON.stringify(data),
      failedReason: 'invalid: no',
      finishedOn,
    });
    pipeline.zadd(own.tasks.toKey('failed'), finishedOn, failed);
  }
  await pipeline.exec();
  const { body } = await own.http('get', '/tasks/failures').expect(200);
  expect(body).toMatchObject({ failures: [{ code: 'invalid', count: 3 }], scanned: 5_000, truncated: true });
});

it('requires the role operate', async () => {
  const path = '/tasks/failures';
  expect(await closed.send({ path })).toMatchObject({ status: 401 });
  expect(await closed.send({ path, headers: as.alice })).toMatchObject({ status: 403 });
  expect(await closed.send({ path: `${path}?a=1`, headers: as.operator })).toMatchObject({ status: 422 });
  // It is not taken for the id of a task.
  expect(await closed.send({ method: 'DELETE', path, headers: as.operator })).toMatchObject({ status: 405 });
  expect(await closed.send(post({ text: 'a' }, as.alice))).toMatchObject({ status: 202 });
});
