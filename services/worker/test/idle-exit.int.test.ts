import { describe, expect, it } from '@jest/globals';
import { eventually, startService } from '@primes/testing';
import { openPlace } from './place.ts';

const env = { WORKER_EXIT_WHEN_IDLE_SECONDS: '2' };

describe('WORKER_EXIT_WHEN_IDLE_SECONDS', () => {
  it('ends a worker in order that has nothing to do, and no other', async () => {
    await using place = await openPlace();
    const at = { REDIS_URL: place.url, QUEUE_PREFIX: place.prefix, STORE_PREFIX: place.prefix };
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000 });
    await using busy = await startService('worker', { ...at, ...env });
    await eventually(async () => {
      expect(await place.queue.getActiveCount()).toBe(1);
    });
    await using idle = await startService('worker', { ...at, ...env });
    expect(await idle.exited).toBe(0);
    expect(idle.logs.find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'idle' });

    // It has been there for longer, and its while of having nothing to do begins only now.
    expect(busy.logs.map(({ msg }) => msg)).not.toContain('stopping');
    await release();
    expect(await (await place.finished(added)).getState()).toBe('completed');
    expect(await busy.exited).toBe(0);
    expect(busy.logs.find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'idle' });
  });
});
