import { describe, expect, it } from '@jest/globals';
import { startSystem } from '../support/system.ts';

describe('everything, stopped and started again on the same data', () => {
  it('keeps tasks, results and counters', async () => {
    await using system = await startSystem();
    const worker = await system.start('worker');
    const { request_id: done } = await system.ended(await system.submit({ text: 'a', steps: 3 }));
    const before = await system.view(done, '');
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const pending = await system.submit({ text: 'b' });
    system.api.kill('SIGTERM');
    expect(await system.api.exited).toBe(0);
    const counters = await system.counters();
    expect(counters).toEqual({ completed: '1' });
    await system.redisServer.stop('SIGTERM');

    await system.redisServer.start();
    await system.restartApi();
    expect(await system.view(done, '')).toEqual(before);
    expect(before).toMatchObject({ status: 'done', result: { text: 'a', steps: 3 } });
    expect((await system.view(pending.request_id)).status).toBe('pending');
    expect(await system.counters()).toEqual(counters);
    await system.start('worker');
    expect((await system.ended(pending)).status).toBe('done');
  });
});
