import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import type { AuditPage } from '../src/auth/audit.ts';
import { QueueControl, QueueStateSchema, type QueueState } from '../src/operate/queue-state.ts';
import { startApi } from './api.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { setUp } from './set-up.ts';

const { api, closed, as } = await setUp(async (keep) => {
  const keys = keep(await keyFile({ alice: ['submit', 'read', 'read-all'], operator: ['operate'] }));
  const open = keep(await startApi());
  const withKeys = keep(await startApiWithKeys(keys.file, { QUEUE_PREFIX: open.prefix }));
  return { api: open, closed: withKeys, as: keys.as };
});

async function call(sent: Parameters<typeof api.send>[0], to = api): Promise<QueueState> {
  const { status, body } = await to.send(sent);
  expect(status).toBe(200);
  return QueueStateSchema.parse(JSON.parse(body));
}
const read = { path: '/queue' };
const pause = { method: 'POST', path: '/queue/pause' };
const resume = { method: 'POST', path: '/queue/resume' };
const RUNNING = { paused: false, paused_by: null, paused_since: null };

describe('a paused queue', () => {
  it('starts no task until it is resumed, and both calls are idempotent', async () => {
    expect(await call(read)).toMatchObject({ name: 'echo', ...RUNNING });
    const paused = await call(pause);
    expect(paused).toMatchObject({ paused: true, paused_by: null, paused_since: expect.any(String) });
    expect(await call(pause)).toEqual(paused);
    await api.start('worker');
    const ids = [await api.submit({ text: 'a' }), await api.submit({ text: 'a', priority: 1 })].map(
      (task) => task.request_id,
    );
    expect(await call(read)).toMatchObject({ counts: { pending: 2, processing: 0, done: 0, failed: 0 } });
    for (const id of ids) expect(await api.view(id, 'wait=1')).toMatchObject({ status: 'pending' });
    expect(await call(resume)).toMatchObject(RUNNING);
    expect(await call(resume)).toMatchObject(RUNNING);
    for (const id of ids) expect(await api.view(id, 'wait=30')).toMatchObject({ status: 'done' });
    expect(await call(read)).toMatchObject({ counts: { pending: 0, processing: 0, done: 2, failed: 0 } });
  });

  it('says who has paused it first, until something resumes it', async () => {
    const paused = await call({ ...pause, headers: as.operator }, closed);
    expect(paused).toMatchObject({ paused: true, paused_by: 'operator' });
    expect(await call(pause)).toEqual(paused);
    expect(await call(read)).toEqual(paused);
    // As the queue dashboard does.
    await api.tasks.resume();
    expect(await call(read)).toMatchObject(RUNNING);
    await api.tasks.pause();
    const byAnother = { paused: true, paused_by: null, paused_since: null };
    expect(await call(read)).toMatchObject(byAnother);
    await api.redis.hset(api.tasks.toKey('meta'), 'paused', 'yes');
    expect(await call(read)).toMatchObject(byAnother);
    expect(await call({ ...resume, headers: as.operator }, closed)).toMatchObject(RUNNING);
    await eventually(async () => {
      const { body } = await closed.send({ path: '/audit', headers: as.operator });
      expect(body).toMatch(/"path":"\/queue\/resume".*"path":"\/queue\/pause"/);
    });
  });

  it('is recorded once, although the calls are repeated', async () => {
    const recorded = async () => {
      const { body } = await closed.send({ path: '/audit', headers: as.operator });
      return (JSON.parse(body) as AuditPage).records.map(({ path }) => path);
    };
    const before = await recorded();
    for (const sent of [pause, pause, resume, resume, pause, resume]) {
      await call({ ...sent, headers: as.operator }, closed);
    }
    const expected = ['resume', 'pause', 'resume', 'pause'].map((name) => `/queue/${name}`);
    await eventually(async () => {
      expect(await recorded()).toEqual([...expected, ...before]);
    });
  });
});

it('stays running if it is resumed while it is being paused', async () => {
  const pauseAndResume = async () => {
    await api.tasks.pause();
    await api.tasks.resume();
  };
  const tasks = Object.create(api.tasks, { pause: { value: pauseAndResume } }) as typeof api.tasks;
  const replicated = { redis: api.redis, queues: { tasks } };
  const control = new QueueControl({ replicated, log: { info: () => undefined } } as never);
  await control.pause('ops');
  expect(await call(read)).toMatchObject(RUNNING);
});

it('requires the role operate', async () => {
  for (const sent of [read, pause, resume]) {
    expect((await closed.send(sent)).status).toBe(401);
    expect((await closed.send({ ...sent, headers: as.alice })).status).toBe(403);
  }
  expect(await call(read)).toMatchObject(RUNNING);
});

it.each([read, pause, resume])('rejects a query of %j', async (sent) => {
  expect((await api.send({ ...sent, path: `${sent.path}?a=1` })).status).toBe(422);
});
