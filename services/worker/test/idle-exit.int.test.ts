import { describe, expect, it } from '@jest/globals';
import { eventually, startService } from '@primes/testing';
import { openFixture } from './fixture.ts';

const env = { WORKER_EXIT_WHEN_IDLE_SECONDS: '4' };

describe('WORKER_EXIT_WHEN_IDLE_SECONDS', () => {
  it('stops only idle workers, with exit code 0', async () => {
    await using fixture = await openFixture();
    const added = await fixture.add({ held: true });
    await using busy = await startService('worker', { ...fixture.env, ...env }, { job: 'echo' });
    await eventually(async () => {
      expect(await fixture.queue.getActiveCount()).toBe(1);
    });
    await using idle = await startService('worker', { ...fixture.env, ...env }, { job: 'echo' });
    expect(await idle.exited).toBe(0);
    expect(idle.logs.find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'idle' });

    // This worker is older, but its idle time starts only now.
    expect(busy.logs.map(({ msg }) => msg)).not.toContain('stopping');
    await fixture.release();
    expect(await (await fixture.finished(added)).getState()).toBe('completed');
    expect(await busy.exited).toBe(0);
    expect(busy.logs.find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'idle' });
  });
});
