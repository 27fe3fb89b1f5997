import { describe, expect, it } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { openEvents, openFixture, type TaskJob } from './fixture.ts';
import { startWorker } from './worker.ts';

/** The maximum number of writes during a run, at four per second. */
function mostWrites({ processedOn = 0, finishedOn = 0 }: TaskJob): number {
  // Each timer may fire a millisecond early.
  return Math.floor((finishedOn - processedOn + 10) / 250);
}

describe('progress', () => {
  it('is not written for tasks that end at once', async () => {
    await using fixture = await openFixture();
    await using events = await openEvents(fixture);
    await using worker = await startWorker(fixture);
    for (let task = 0; task < 5; task++) {
      const job = await fixture.ended(await fixture.add());
      await eventually(() => {
        expect(events.count('completed', job)).toBe(1);
      });
      expect(worker.linesOf(job)).toHaveLength(2);
      expect(events.count('progress', job)).toBeLessThanOrEqual(mostWrites(job));
      if (mostWrites(job) === 0) expect(job.progress).toBe(0);
    }
  });

  it('is written at most four times a second for a long task, and never decreases', async () => {
    await using fixture = await openFixture();
    await using events = await openEvents(fixture);
    await using worker = await startWorker(fixture);
    const added = await fixture.add({ steps: 5, held: true });
    const states: number[] = [];
    await eventually(async () => {
      const { progress } = await fixture.job(added.id ?? '');
      const { done, total } = JobProgressSchema.parse(progress);
      expect(total).toBe(5);
      if (done !== states.at(-1)) states.push(done);
      expect(events.count('progress', added)).toBeGreaterThanOrEqual(4);
    });
    await fixture.release();
    const job = await fixture.ended(added);
    await eventually(() => {
      expect(events.count('completed', job)).toBe(1);
    });
    expect(events.count('progress', job)).toBeLessThanOrEqual(mostWrites(job));
    expect(states).toEqual(states.toSorted((a, b) => a - b));
    expect(worker.linesOf(job)).toHaveLength(2);
    // All steps except the held one.
    expect(states.at(-1)).toBe(4);
  });
});
