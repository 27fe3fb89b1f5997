import { describe, expect, it } from '@jest/globals';
import { CANCELLED, outcomeOf } from './job.ts';

describe('outcomeOf', () => {
  it.each([
    ['a job that was never started', {}, undefined],
    ['a job that waits for a retry', { failedReason: 'lost' }, undefined],
    ['a completed job', { finishedOn: 1, returnvalue: { startedAt: 1 } }, 'done'],
    [
      'a completed job with a failed attempt',
      { finishedOn: 1, returnvalue: {}, failedReason: CANCELLED },
      'done',
    ],
    ['a failed job', { finishedOn: 1, returnvalue: null, failedReason: 'timeout: too long' }, 'failed'],
    ['a failed job without a reason', { finishedOn: 1 }, 'failed'],
    ['a cancelled job', { finishedOn: 1, failedReason: CANCELLED }, 'cancelled'],
    // Only the write that ends the job decides.
    [
      'a job that is asked to end as cancelled',
      { data: { cancelledAt: 1 }, finishedOn: undefined },
      undefined,
    ],
    [
      'a failed job that was asked to end as cancelled',
      { finishedOn: 1, failedReason: 'timeout: x', data: { cancelledAt: 1 } },
      'failed',
    ],
  ])('of %s', (_name, job, outcome) => {
    expect(outcomeOf(job)).toBe(outcome);
  });
});
