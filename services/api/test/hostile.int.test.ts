import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApi } from './api.ts';
import { sendHostileRequests } from './hostile-request.ts';
import { keyFile, startApiWithKeys } from './key-file.ts';
import { setUp, type Keep } from './set-up.ts';

// Only small tasks and no gateway, so that every response is fast.
const ENV = { METRICS_GATEWAY_URL: 'http://127.0.0.1:9', WEBHOOK_BACKOFF_MS: '1' };
const BODIES = [{ text: 'a' }, { text: 'b', steps: 3_000 }, { text: '', throws: 1 }];

async function start(keep: Keep, file?: string) {
  const api = keep(await (file === undefined ? startApi(ENV) : startApiWithKeys(file, ENV)));
  await api.start('worker');
  return api;
}

const { open, withKeys, as } = await setUp(async (keep) => {
  const keys = keep(
    await keyFile({ alice: ['submit', 'read'], bob: ['submit', 'read'], operator: ['submit', 'operate'] }),
  );
  return { open: await start(keep), withKeys: await start(keep, keys.file), as: keys.as };
});

// eslint-disable-next-line no-restricted-properties -- the environment can ask for a longer run
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 5_000);

describe(`${RUNS} hostile requests`, () => {
  it.each([
    ['off', open, [{}]],
    ['on', withKeys, Object.values(as)],
  ] as const)(
    'with keys %s all return documented responses, and the process survives',
    async (...args) => {
      const [, api, principals] = args;
      let turn = 0;
      const next = () => principals[turn++ % principals.length];
      // The dashboard behind its credentials is not ours.
      const headersOf = (path: string) => (path.includes('/admin/queues') ? {} : next());
      const send: typeof api.send = (sent) =>
        api.send({ ...sent, headers: { ...headersOf(sent.path), ...sent.headers } });
      const known: string[] = [];
      for (const body of BODIES) {
        const { body: task } = await api
          .http('post', '/tasks')
          .set({ ...next(), prefer: 'wait=30' })
          .send(body)
          .expect(200);
        known.push((task as { request_id: string }).request_id);
      }
      const input = { text: fc.string({ maxLength: 20 }), steps: fc.integer({ min: 1, max: 3_000 }) };
      const statuses = await sendHostileRequests({ send }, { known, input, count: RUNS });
      const expected = [200, 202, 204, 400, 404, 405, 406, 413, 415, 422, 503];
      for (const status of principals.length > 1 ? [...expected, 401, 403] : expected) {
        expect([...statuses.keys()]).toContain(status);
      }
      await api.http('get', '/health').expect(200);
      // Some of the requests have paused it.
      const operator = { ...principals.at(-1) };
      await api.http('post', '/queue/resume').set(operator).expect(200);
      const wait = { ...operator, prefer: 'wait=30' };
      const last = await api.http('post', '/tasks').set(wait).send({ text: 'last', priority: 0 }).expect(200);
      expect(last.body).toMatchObject({ result: { text: 'last', steps: 1 } });
      const faults = api.process.logs.filter(
        (line) => line['level'] === 'error' && line.msg !== 'webhook delivery abandoned',
      );
      expect(faults).toEqual([]);
    },
    600_000,
  );
});
