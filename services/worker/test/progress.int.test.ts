import { describe, expect, it, jest } from '@jest/globals';
import { JobProgressSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { openEvents, openPlace, type TaskJob } from './place.ts';
import { startWorker } from './worker.ts';

// Each starts threads, which takes its time on a busy machine.
jest.setTimeout(60_000);

/** At most so many writes fit into the time that a worker had a job, at four a second. */
function mostWrites({ processedOn = 0, finishedOn = 0 }: TaskJob): number {
  // A timer may fire a millisecond early, each time.
  return Math.floor((finishedOn - processedOn + 10) / 250);
}

describe('progress', () => {
  it('is not written for tasks that are done at once', async () => {
    await using place = await openPlace();
    await using events = await openEvents(place);
    await using worker = await startWorker(place);
    for (let task = 0; task < 5; task++) {
      const job = await place.ended(await place.add({ n: 1_000 }));
      await eventually(() => {
        expect(events.count('completed', job)).toBe(1);
      });
      expect(worker.linesOf(job)).toHaveLength(2);
      expect(events.count('progress', job)).toBeLessThanOrEqual(mostWrites(job));
      if (mostWrites(job) === 0) expect(job.progress).toBe(0);
    }
  });

  it('is written at most four times a second for a long one, and only ever grows', async () => {
    await using place = await openPlace();
    await using events = await openEvents(place);
    await using worker = await startWorker(place);
    const release = await place.hold(0);
    const added = await place.add({ n: 1_000_000 });
    const states: number[] = [];
    await eventually(async () => {
      const { progress } = await place.job(added.id ?? '');
      const { segmentsDone, segmentsTotal } = JobProgressSchema.parse(progress);
      expect(segmentsTotal).toBeGreaterThanOrEqual(4);
      if (segmentsDone !== states.at(-1)) states.push(segmentsDone);
      expect(events.count('progress', added)).toBeGreaterThanOrEqual(4);
    });
    await release();
    const job = await place.ended(added);
    await eventually(() => {
      expect(events.count('completed', job)).toBe(1);
    });
    expect(events.count('progress', job)).toBeLessThanOrEqual(mostWrites(job));
    expect(states).toEqual(states.toSorted((a, b) => a - b));
    expect(worker.linesOf(job)).toHaveLength(2);
    // All but the segment that another held.
    expect(states.at(-1)).toBe((await place.stored()) - 1);
  });
});
