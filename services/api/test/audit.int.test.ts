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

it.each(['?cursor=1', '?cursor=-', '?cursor=(1-1', '?limit=0', '?limit=101', '?other=1'])(
  'rejects %s with 422',
  async (query) => {
    expect((await api.send({ path: `/audit${query}`, headers: as.operator })).status).toBe(422);
  },
);

it('requires the role operate', async () => {
  expect((await api.send({ path: '/audit' })).status).toBe(401);
  expect((await api.send({ path: '/audit', headers: as.alice })).status).toBe(403);
});
