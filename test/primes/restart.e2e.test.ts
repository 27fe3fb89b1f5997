import { describe, expect, it } from '@jest/globals';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { sieved, startPrimesSystem } from './system.ts';

describe('everything, stopped and started again on the same data', () => {
  it('keeps tasks and primes', async () => {
    await using system = await startPrimesSystem();
    const worker = await system.start('worker');
    const done = await system.ended(await system.submit({ n: 1_000_000 }));
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const pending = await system.submit({ n: 2_000_000 });
    const stored = await system.stored();
    system.api.kill('SIGTERM');
    expect(await system.api.exited).toBe(0);
    const counters = await system.counters();
    expect(counters).toMatchObject({ completed: '1' });
    await system.redisServer.stop('SIGTERM');

    await system.redisServer.start();
    await system.restartApi();
    expect(await system.view(done.request_id)).toEqual({ ...done, result: [] });
    expect((await system.view(done.request_id, 'offset=999999')).result).toEqual([NTH_PRIME.get(1_000_000)]);
    expect((await system.view(pending.request_id)).status).toBe('pending');
    expect(await system.counters()).toEqual(counters);
    const next = await system.start('worker');
    expect((await system.ended(pending)).status).toBe('done');
    // Only the missing segments.
    expect(await sieved([next])).toBe((await system.stored()) - stored);
    expect((await system.ended(await system.submit({ n: 1_000_000 }))).status).toBe('done');
    expect(await sieved([next])).toBe((await system.stored()) - stored);
  });
});
