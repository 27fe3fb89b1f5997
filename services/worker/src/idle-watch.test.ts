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
  it('fires if no task starts', () => {
    const { onIdle, pass } = watch(SECONDS);
    pass(SECONDS - 1);
    expect(onIdle).not.toHaveBeenCalled();
    pass(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('does not fire while a task runs, and restarts at the end of the last task', () => {
    const { idle, onIdle, pass } = watch(SECONDS);
    pass(SECONDS - 1);
    idle.runStarted();
    idle.runStarted();
    pass(5 * SECONDS);
    idle.runStopped();
    pass(5 * SECONDS);
    idle.runStopped();
    pass(SECONDS - 1);
    expect(onIdle).not.toHaveBeenCalled();
    pass(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('never fires with 0 seconds', () => {
    const { idle, onIdle, pass } = watch(0);
    idle.runStarted();
    idle.runStopped();
    pass(100 * SECONDS);
    expect(onIdle).not.toHaveBeenCalled();
  });
});
