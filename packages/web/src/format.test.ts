import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TaskSummary } from '@primes/client';
import { isScheduled, outcome, waitingSince } from './format.ts';

const NOW = Date.parse('2026-12-01T12:00:00Z');
const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();

function task(fields: Partial<TaskSummary>): TaskSummary {
  return {
    status: 'pending',
    progress: 0,
    error: null,
    created_at: at(-10),
    started_at: null,
    finished_at: null,
    run_at: null,
    ...fields,
  } as TaskSummary;
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

const JOB = { done: () => 'sieved 3 of 12 segments' };

describe('outcome()', () => {
  it.each<[string, Partial<TaskSummary>]>([
    ['Waiting for a worker for 10 sec', {}],
    // The clock of the server is ahead.
    ['Waiting for a worker for 0 ms', { created_at: at(60) }],
    ['Waiting for a worker for 4 sec', { run_at: at(-4) }],
    ['Running for 2 sec, 30 %', { status: 'processing', started_at: at(-2), progress: 30 }],
    [
      'Done in 2 sec, after 7 sec in the queue: sieved 3 of 12 segments',
      { status: 'done', started_at: at(-3), finished_at: at(-1) },
    ],
    ['Cancelled after 9 sec', { status: 'cancelled', run_at: at(60), finished_at: at(-1) }],
  ])('says %j', (expected, fields) => {
    expect(outcome(task(fields), JOB)).toBe(expected);
  });

  it('says that a task waits for another worker than the one that ran it', () => {
    expect(outcome(task({ started_at: at(-3) }), JOB)).toMatch(/^Waiting to run again, first started at /);
  });

  it('says when a task starts', () => {
    const later = task({ run_at: at(60) });
    expect(isScheduled(later)).toBe(true);
    expect(waitingSince(later)).toBe(at(60));
    expect(outcome(later, JOB)).toMatch(/^Starts at /);
  });
});
