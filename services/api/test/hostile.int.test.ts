import { Agent } from 'node:http';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApi } from './api.ts';
import { hostileRequest } from './hostile-request.ts';
import { setUp } from './set-up.ts';

// Small tasks alone, and no gateway: every request is answered soon.
const { api, known } = await setUp(async (keep) => {
  const env = { MAX_N: '3000', METRICS_GATEWAY_URL: 'http://127.0.0.1:9', WEBHOOK_BACKOFF_MS: '1' };
  const started = keep(await startApi(env));
  await started.start('worker');
  const bodies = [{ n: 1 }, { n: 3_000 }, { n: 10, fresh: true }];
  return { api: started, known: await Promise.all(bodies.map((body) => started.compute(body))) };
});
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
afterAll(() => {
  agent.destroy();
});

// eslint-disable-next-line no-restricted-properties -- a longer run is asked for from outside
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 2_000);

const sent = hostileRequest(known).map((request) => ({ ...request, agent }));

describe(`${RUNS} hostile requests`, () => {
  it('are all answered as the contract says, and the process lives', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      // Several at a time, as hostile clients do; each is checked against the document as it comes back.
      fc.asyncProperty(fc.array(sent, { minLength: 10, maxLength: 10 }), async (many) => {
        const answers = await Promise.all(many.map((one) => api.send(one)));
        for (const { status, path: asked, body: answered } of answers) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status < 500) continue;
          expect([status, asked]).toEqual([503, expect.stringMatching(/^\/api\/metrics\//)]);
          if (answered) expect(answered).toContain('gateway_unavailable');
        }
      }),
      { numRuns: RUNS / 10, endOnFailure: true },
    );
    // It was no easy run: all kinds of answers came.
    for (const status of [200, 202, 204, 400, 404, 405, 406, 413, 415, 422, 503]) {
      expect([...statuses.keys()]).toContain(status);
    }
    await api.http('get', '/health').expect(200);
    expect((await api.view(await api.compute({ n: 100 }), '')).result?.at(-1)).toBe(541);
    const faults = api.process.logs.filter(
      (line) => line['level'] === 'error' && line.msg !== 'webhook given up',
    );
    expect(faults).toEqual([]);
  }, 600_000);
});
