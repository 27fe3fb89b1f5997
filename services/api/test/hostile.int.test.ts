import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApi } from './api.ts';
import { sendHostileRequests } from './hostile-request.ts';
import { setUp } from './set-up.ts';

// Only small tasks and no gateway, so that every response is fast.
const { api, known } = await setUp(async (keep) => {
  const started = keep(
    await startApi({ METRICS_GATEWAY_URL: 'http://127.0.0.1:9', WEBHOOK_BACKOFF_MS: '1' }),
  );
  await started.start('worker');
  const bodies = [{ text: 'a' }, { text: 'b', steps: 3_000 }, { text: '', throws: 1 }];
  return { api: started, known: await Promise.all(bodies.map((body) => started.compute(body))) };
});

// eslint-disable-next-line no-restricted-properties -- the environment can ask for a longer run
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 2_000);

describe(`${RUNS} hostile requests`, () => {
  it('all return documented responses, and the process survives', async () => {
    const input = { text: fc.string({ maxLength: 20 }), steps: fc.integer({ min: 1, max: 3_000 }) };
    const statuses = await sendHostileRequests(api, { known, input, count: RUNS });
    for (const status of [200, 202, 204, 400, 404, 405, 406, 413, 415, 422, 503]) {
      expect([...statuses.keys()]).toContain(status);
    }
    await api.http('get', '/health').expect(200);
    const last = await api.compute({ text: 'last' });
    expect(await api.view(last, '')).toMatchObject({ result: { text: 'last', steps: 1 } });
    const faults = api.process.logs.filter(
      (line) => line['level'] === 'error' && line.msg !== 'webhook delivery abandoned',
    );
    expect(faults).toEqual([]);
  }, 600_000);
});
