import { expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { AuditPageSchema, type AuditPage } from '../src/auth/audit.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { post } from './redis-requests.ts';
import { setUp } from './set-up.ts';

const { api, as } = await setUp(async (keep) => {
  const keys = keep(await keyFile({ alice: ['submit', 'read'], operator: ['operate'] }));
  return { api: keep(await startApiWithKeys(keys.file)), as: keys.as };
});

async function page(query = ''): Promise<AuditPage> {
  const { status, body } = await api.send({ path: `/audit${query}`, headers: as.operator });
  expect(status).toBe(200);
  return AuditPageSchema.parse(JSON.parse(body));
}

async function submit(): Promise<string> {
  const { body } = await api.send(post({ text: 'a' }, as.alice));
  return (JSON.parse(body) as { request_id: string }).request_id;
}

it('records each change that is no submission, in the log and for GET /audit', async () => {
  const id = await submit();
  const path = `/tasks/${id}`;
  const batch = post([{ text: 'b' }], as.alice);
  expect((await api.send({ ...batch, path: '/tasks/batch' })).status).toBe(202);
  // Nothing changes.
  const none = { action: 'discard', filter: { status: 'failed', error_code: 'expired' } };
  expect((await api.send({ ...post(none, as.operator), path: '/tasks/actions' })).status).toBe(200);
  await api.send({ path, headers: as.alice });
  await api.send({ method: 'OPTIONS', path, headers: as.alice });
  await api.send({ method: 'DELETE', path, headers: { ...as.alice, 'x-request-id': 'first' } });
  // 409 and 404: nothing changes.
  await api.send({ method: 'DELETE', path, headers: as.operator });
  await api.send({ method: 'DELETE', path: path.replace(/.$/, 'x'), headers: as.operator });
  await api.send({ method: 'PUT', path: '/admin/queues/api/queues/echo/pause', headers: as.operator });
  const expected = [
    { principal: 'operator', method: 'PUT', path: '/admin/queues/api/queues/echo/pause', status: 200 },
    { principal: 'alice', method: 'DELETE', path, changed: 1, status: 202, request_id: 'first' },
  ];
  await eventually(async () => {
    expect(await page()).toMatchObject({ records: expected, next_cursor: null });
  });
  await eventually(() => {
    const lines = api.process.logs.filter((line) => line.msg === 'state changed');
    expect(lines.toReversed()).toMatchObject(expected);
  });
});

it('is paged from the newest to the oldest', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push(await submit());
  for (const id of ids) {
    await api.send({ method: 'DELETE', path: `/tasks/${id}`, headers: as.operator });
    // The record follows the response.
    await eventually(async () => {
      expect((await page('?limit=1')).records[0]?.path).toBe(`/tasks/${id}`);
    });
  }
  const found: string[] = [];
  for (let query: string | null = '?limit=2'; query !== null;) {
    const { records, next_cursor: cursor } = await page(query);
    found.push(...records.map((record) => record.path));
    query = cursor && `?limit=2&cursor=${cursor}`;
  }
  expect(found.slice(0, 5)).toEqual(ids.toReversed().map((id) => `/tasks/${id}`));
  expect(new Set(found).size).toBe(found.length);
});

it('shows the records of a newer version, and nothing that is no record', async () => {
  const record = {
    time: '2026-12-01T00:00:00.000Z',
    principal: 'operator',
    method: 'POST',
    path: '/queue/pause',
    changed: 1,
    status: 200,
    request_id: 'newer',
  };
  const newer = JSON.stringify({ ...record, field: 'of a newer version' });
  for (const text of ['no JSON', '{}', newer])
    await api.redis.xadd(`${api.prefix}:audit`, '*', 'record', text);
  expect(await page('?limit=3')).toMatchObject({ records: [record] });
});

it.each(['?cursor=1', '?cursor=-', '?cursor=0-0', '?cursor=(1-1', '?limit=0', '?limit=101', '?other=1'])(
  'rejects %s with 422',
  async (query) => {
    expect((await api.send({ path: `/audit${query}`, headers: as.operator })).status).toBe(422);
  },
);

it('requires the role operate', async () => {
  expect((await api.send({ path: '/audit' })).status).toBe(401);
  expect((await api.send({ path: '/audit', headers: as.alice })).status).toBe(403);
});

/** Cancels all waiting tasks. */
function cancelAll(signal: AbortSignal | null = null) {
  const { method, headers, body } = post({ action: 'cancel', filter: { status: 'pending' } }, as.operator);
  return fetch(`${api.url}/tasks/actions`, { method, headers, body, signal } as RequestInit);
}

it('records all that an action has changed, although its client disconnects', async () => {
  const before = await api.tasks.getFailedCount();
  const cancelled = async () => (await api.tasks.getFailedCount()) - before;
  const tasks = Array.from({ length: 1_000 }, () => ({ text: 'a' }));
  expect((await api.send({ ...post(tasks, as.alice), path: '/tasks/batch' })).status).toBe(202);
  const client = new AbortController();
  const response = cancelAll(client.signal);
  await eventually(async () => {
    expect(await cancelled()).toBeGreaterThan(0);
  });
  client.abort();
  await expect(response).rejects.toThrow();
  await eventually(async () => {
    const { records } = await page('?limit=1');
    expect(records).toMatchObject([{ path: '/tasks/actions', status: null, changed: await cancelled() }]);
  });
  expect(await cancelled()).toBeLessThan(1_000);
  await cancelAll();
});

it('records an action that fails before it has counted a change', async () => {
  await submit();
  // What ends a cancelled task cannot be written.
  await api.redis.rename(api.tasks.toKey('failed'), `${api.prefix}:failed`);
  await api.redis.set(api.tasks.toKey('failed'), '');
  const { status } = await cancelAll();
  expect(status).toBe(503);
  await eventually(async () => {
    expect((await page('?limit=1')).records).toMatchObject([{ path: '/tasks/actions', status, changed: 0 }]);
  });
  await api.redis.rename(`${api.prefix}:failed`, api.tasks.toKey('failed'));
});
