import type { SeenSpan } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { openTraced, SENDING } from '../../services/worker/test/traced.ts';
import { openPrimes } from './worker.ts';

const openTracedPrimes = async () => openTraced(await openPrimes());
type Traced = Awaited<ReturnType<typeof openTracedPrimes>>;

/** The children of a span. */
function below({ spans }: Traced, { spanId }: SeenSpan): readonly SeenSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}

const names = (spans: readonly SeenSpan[]) => spans.map(({ name }) => name).toSorted();

describe('the span of a task', () => {
  it('is a child of its producer span, and the parent of its steps and their Redis commands', async () => {
    await using traced = await openTracedPrimes();
    const { traceId, job } = await traced.add({ n: 400_000, fresh: false });
    await traced.start();
    const [run] = await traced.runs(job, 1);
    if (!run) throw new Error('No run');
    expect(run).toMatchObject({ traceId, parentSpanId: SENDING, links: [], failed: false });
    expect(run.attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'primes',
      'messaging.message.id': job.id,
      'primes.job': 'compute',
      'primes.job.runs': 1,
      'primes.task.n': 400_000,
      'primes.task.wait_seconds': expect.any(Number),
    });
    // The task waited until the worker started.
    expect(run.attributes['primes.task.wait_seconds']).toBeGreaterThan(0);
    const steps = below(traced, run).filter(({ kind }) => kind === 'internal');
    expect(names(steps)).toEqual(['lease', 'plan', 'sieve', 'sieve', 'store', 'store']);
    const commandsOf = (step: string) =>
      names(steps.filter(({ name }) => name === step).flatMap((span) => below(traced, span)));
    expect(commandsOf('plan')).toEqual(['HGETALL']);
    expect(commandsOf('lease')).toEqual(['EVAL']);
    expect(commandsOf('sieve')).toEqual([]);
    expect(new Set(commandsOf('store'))).toEqual(new Set(['SET', 'EVAL']));
  });

  it('has a limited number of descendants, and the number of dropped ones', async () => {
    await using traced = await openTracedPrimes();
    await traced.start();
    // 156 segments: two steps and two commands each.
    const { traceId, job } = await traced.add({ n: 30_000_000, fresh: false });
    const [run] = await traced.runs(job, 1);
    expect(run?.attributes['primes.spans.unseen']).toBeGreaterThan(200);
    const all = traced.spans.filter((span) => span.traceId === traceId);
    expect(all.filter(({ kind }) => kind === 'internal')).toHaveLength(256);
    expect(all.filter(({ kind }) => kind === 'client')).toHaveLength(128);
  });

  it('contains the error of a failed command', async () => {
    await using traced = await openTracedPrimes();
    await traced.fixture.redis.set(traced.fixture.keys.manifest, 'not a hash');
    await traced.start();
    const { job } = await traced.add({ n: 1_000, fresh: false, timeoutSeconds: 1 });
    await traced.runs(job, 1);
    expect(traced.spans.find(({ name }) => name === 'HGETALL')).toMatchObject({
      failed: true,
      attributes: { 'db.response.status_code': 'WRONGTYPE', 'error.type': 'ReplyError' },
    });
  });
});
