import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IdleWatch } from './idle-watch.ts';

const SECONDS = 10;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function watch(seconds: number) {
  const onIdle = jest.fn();
  const idle = new IdleWatch(seconds, onIdle);
  const pass = (passed: number) => {
    jest.advanceTimersByTime(passed * 1_000);
  };
  return { idle, onIdle, pass };
}

describe('IdleWatch', () => {
  it('tells when nothing came at all', () => {
    const { onIdle, pass } = watch(SECONDS);
    pass(SECONDS - 1);
    expect(onIdle).not.toHaveBeenCalled();
    pass(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('waits as long as any task runs, and counts anew from the end of the last', () => {
    const { idle, onIdle, pass } = watch(SECONDS);
    pass(SECONDS - 1);
    idle.taskStarted();
    idle.taskStarted();
    pass(5 * SECONDS);
    idle.taskLeft();
    pass(5 * SECONDS);
    idle.taskLeft();
    pass(SECONDS - 1);
    expect(onIdle).not.toHaveBeenCalled();
    pass(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('never tells with 0 seconds', () => {
    const { idle, onIdle, pass } = watch(0);
    idle.taskStarted();
    idle.taskLeft();
    pass(100 * SECONDS);
    expect(onIdle).not.toHaveBeenCalled();
  });
});
