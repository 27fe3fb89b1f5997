import { describe, expect, it } from '@jest/globals';
import { demandOf, type QueueCounts } from './demand.ts';

const none: QueueCounts = {
  waiting: 0,
  prioritized: 0,
  delayed: 0,
  dueDelayed: 0,
  active: 0,
  completed: 0,
  failed: 0,
};

describe('demandOf()', () => {
  const cases: [string, Partial<QueueCounts> & { paused?: boolean }, [demand: number, inFlight: number]][] = [
    ['nothing', {}, [0, 0]],
    ['waiting', { waiting: 3 }, [3, 0]],
    ['prioritized, which BullMQ keeps apart from waiting', { prioritized: 2 }, [2, 0]],
    ['a retry that is not due', { delayed: 5 }, [0, 0]],
    ['a retry that is due, which only a worker promotes', { delayed: 5, dueDelayed: 1 }, [1, 0]],
    ['only running', { active: 4 }, [0, 4]],
    ['all at once', { waiting: 1, prioritized: 2, delayed: 9, dueDelayed: 3, active: 4 }, [6, 4]],
    ['ended ones', { completed: 100, failed: 100 }, [0, 0]],
    ['paused', { paused: true, waiting: 1, prioritized: 2, delayed: 3, dueDelayed: 3 }, [0, 0]],
    ['paused with work still running', { paused: true, waiting: 1, active: 2 }, [0, 2]],
  ];
  it.each(cases)('counts %s', (_name, { paused = false, ...counts }, [demand, inFlight]) => {
    expect(demandOf({ paused, counts: { ...none, ...counts } })).toEqual({
      demand,
      inFlight,
      metric: demand + inFlight,
    });
  });
});
