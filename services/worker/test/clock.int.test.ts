import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { openFixture, type Fixture } from './fixture.ts';
import { startWorker } from './worker.ts';

const HOUR_MS = 3_600_000;

/** Changes the wall clock of this process. */
function step(ms: number): void {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}
afterEach(() => {
  jest.restoreAllMocks();
});

/** Adds a task, which a worker starts, and hands over when it is stopped. */
async function handedOver(fixture: Fixture) {
  await using worker = await startWorker(fixture);
  const job = await fixture.add({ held: true, timeoutSeconds: 60 });
  await eventually(() => {
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started']);
  });
  await worker.stop();
  return job;
}

describe('a worker whose clock is wrong by an hour', () => {
  it.each([
    ['behind', -HOUR_MS],
    ['ahead', HOUR_MS],
  ])('and %s hands over a task: another one ends it', async (_, ms) => {
    await using fixture = await openFixture();
    step(ms);
    const job = await handedOver(fixture);
    jest.restoreAllMocks();
    await using worker = await startWorker(fixture);
    await fixture.release();
    const ended = await fixture.ended(job);
    expect(await ended.getState()).toBe('completed');
    expect(Math.abs(ended.returnvalue.startedAt - Date.now())).toBeLessThan(HOUR_MS / 2);
    expect(worker.linesOf(job).map(({ msg }) => msg)).toEqual(['task started', 'task completed']);
  });

  it('and ahead ends a task of another one', async () => {
    await using fixture = await openFixture();
    const job = await handedOver(fixture);
    step(HOUR_MS);
    await using worker = await startWorker(fixture);
    await fixture.release();
    expect(await (await fixture.ended(job)).getState()).toBe('completed');
    const [, completed] = worker.linesOf(job);
    expect(completed?.msg).toBe('task completed');
    expect(Math.abs(Number(completed?.['duration_ms']))).toBeLessThan(HOUR_MS / 2);
  });
});
