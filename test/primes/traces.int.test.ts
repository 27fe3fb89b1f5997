import { StoreKeys } from '@primes/prime-store';
import { eventually, startSpanReceiver, type SeenSpan } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { setUp } from '../../services/api/test/set-up.ts';
import { startPrimesApi } from './api.ts';

const { api, spans } = await setUp(async (keep) => {
  const receiver = keep(await startSpanReceiver());
  const started = keep(await startPrimesApi(receiver.env));
  await started.start('worker');
  return { api: started, spans: receiver.spans };
});

const TRACE = 'a'.repeat(32);

async function spanThat(fits: (span: SeenSpan) => boolean): Promise<SeenSpan> {
  return eventually(() => spans.find(fits) ?? Promise.reject(new Error('Span not found')));
}

describe('a repair', () => {
  it("has its producer span in the reader's trace, and its own trace with a link", async () => {
    const id = await api.compute({ n: 1_000 });
    await api.redis.del(new StoreKeys(api.prefix).segment(0));
    const headers = { traceparent: `00-${TRACE}-${'b'.repeat(16)}-01` };
    await api.http('get', `/tasks/${id}`).set(headers).expect(200);
    const sending = await spanThat(({ traceId, kind }) => traceId === TRACE && kind === 'producer');
    const repair = await spanThat(
      ({ name, links }) => name === 'process primes' && links.some(({ spanId }) => spanId === sending.spanId),
    );
    expect(repair).toMatchObject({ parentSpanId: undefined, attributes: { 'primes.job': 'repair' } });
    expect(repair.traceId).not.toBe(TRACE);
  });
});
