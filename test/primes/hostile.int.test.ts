import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sendHostileRequests } from '../../services/api/test/hostile-request.ts';
import { setUp } from '../../services/api/test/set-up.ts';
import { startPrimesApi } from './api.ts';

const { api, known } = await setUp(async (keep) => {
  const env = { MAX_N: '3000', METRICS_GATEWAY_URL: 'http://127.0.0.1:9', WEBHOOK_BACKOFF_MS: '1' };
  const started = keep(await startPrimesApi(env));
  await started.start('worker');
  const bodies = [{ n: 1 }, { n: 3_000 }, { n: 10, fresh: true }];
  return { api: started, known: await Promise.all(bodies.map((body) => started.compute(body))) };
});

describe('hostile requests for primes', () => {
  it('all return documented responses, and the next result is correct', async () => {
    const input = { n: fc.integer({ min: 1, max: 3_000 }), fresh: fc.boolean() };
    const statuses = await sendHostileRequests(api, { known, input, count: 2_000 });
    for (const status of [200, 202, 406, 422]) expect([...statuses.keys()]).toContain(status);
    // Some of the requests may have paused it.
    await api.http('post', '/queue/resume').expect(200);
    const { result } = await api.view(await api.compute({ n: 100 }), '');
    expect(result?.at(-1)).toBe(541);
    expect(
      api.process.logs.filter(({ level, msg }) => level === 'error' && msg !== 'webhook delivery abandoned'),
    ).toEqual([]);
  }, 600_000);
});
