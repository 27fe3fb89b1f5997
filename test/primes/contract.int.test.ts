import { ProblemSchema } from '@primes/contracts';
import { describe, expect, it } from '@jest/globals';
import type { Sent } from '../../services/api/test/http-client.ts';
import { setUp } from '../../services/api/test/set-up.ts';
import { DOCUMENT, startPrimesApi } from './api.ts';

const api = await setUp(async (keep) => keep(await startPrimesApi({ MAX_N: '1000000' })));

const PATH = '/tasks/00000000-0000-4000-8000-000000000000';

async function refusal(status: number, sent: Sent) {
  const response = await api.send(sent);
  expect(response.status).toBe(status);
  return ProblemSchema.parse(JSON.parse(response.body));
}

describe('POST /tasks', () => {
  it.each([
    { body: '{}', field: 'n', detail: 'Is required' },
    { body: '{"n":0}', field: 'n', detail: 'Must be at least 1, received 0' },
    { body: '{"n":1000001}', field: 'n', detail: 'Must be at most 1000000, received 1000001' },
    { body: '{"n":1.5}', field: 'n', detail: 'Must be a whole number, received 1.5' },
    { body: '{"n":1,"fresh":"yes"}', field: 'fresh', detail: 'Must be true or false, received "yes"' },
  ])('rejects $body', async ({ body, field, detail }) => {
    const headers = { 'content-type': 'application/json' };
    const { errors } = await refusal(422, { method: 'POST', path: '/tasks', headers, body });
    expect(errors).toEqual([{ field, detail }]);
  });
});

describe('GET /tasks/{id}', () => {
  it.each([
    { query: 'offset=1.5', field: 'offset', detail: /whole number/ },
    { query: 'offset=', field: 'offset', detail: /whole number/ },
    { query: 'limit=NaN', field: 'limit', detail: /whole number/ },
    { query: 'limit=Infinity', field: 'limit', detail: /whole number/ },
    { query: 'limit=0x10', field: 'limit', detail: /whole number/ },
    { query: 'limit=1e3', field: 'limit', detail: /whole number/ },
    {
      query: 'limit=1000000001',
      field: 'limit',
      detail: /^Must be at most 1000000000, received 1000000001$/,
    },
    { query: 'limit=99999999999999999999', field: 'limit', detail: /whole number/ },
  ])('rejects $query', async ({ query, field, detail }) => {
    const { errors } = await refusal(422, { path: `${PATH}?${query}` });
    expect(errors).toMatchObject([{ field, detail: expect.stringMatching(detail) }]);
  });

  it.each(['application/xml', '*/*;q=0'])('lists all formats when it rejects %s', async (accept) => {
    const { detail } = await refusal(406, { path: PATH, headers: { accept } });
    for (const type of ['application/json', 'text/plain', 'text/csv', 'application/x-ndjson'])
      expect(detail).toContain(type);
  });
});

describe('/openapi.json', () => {
  it('is the document of the job, with the limits of this deployment', async () => {
    const { body } = await api.send({ path: '/openapi.json' });
    const limited = JSON.stringify(DOCUMENT).replaceAll('"maximum":100000000,', '"maximum":1000000,');
    expect(JSON.parse(body)).toEqual(JSON.parse(limited));
  });
});
