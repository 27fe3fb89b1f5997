import { describe, expect, it } from '@jest/globals';
import { Interruption } from './interruption.ts';
import { RunningTasks } from './running-tasks.ts';

function kindOf(signal: AbortSignal): string | undefined {
  return signal.aborted ? (signal.reason as Interruption).kind : undefined;
}

describe('RunningTasks', () => {
  it('interrupts only the given task, with the reason', () => {
    const running = new RunningTasks();
    const [a, b] = [running.start('a'), running.start('b')];
    running.interrupt('a', 'cancelled');
    expect([kindOf(a.signal), kindOf(b.signal)]).toEqual(['cancelled', undefined]);
    expect(a.signal.reason).toBeInstanceOf(Interruption);
  });

  it('keeps the first reason', () => {
    const running = new RunningTasks();
    const { signal } = running.start('a');
    running.interrupt('a', 'timeout');
    running.interrupt('a', 'cancelled');
    running.handOver();
    expect(kindOf(signal)).toBe('timeout');
  });

  it('ignores tasks that it does not run or that have ended', () => {
    const running = new RunningTasks();
    const a = running.start('a');
    a.end();
    running.interrupt('a', 'cancelled');
    running.interrupt('b', 'cancelled');
    running.handOver();
    expect(kindOf(a.signal)).toBeUndefined();
    expect(running.size).toBe(0);
  });

  it('hands over all running tasks, and those that start afterwards', () => {
    const running = new RunningTasks();
    const a = running.start('a');
    running.handOver();
    expect(kindOf(a.signal)).toBe('hand-over');
    expect(kindOf(running.start('late').signal)).toBe('hand-over');
  });

  it('aborts the first run of a task when a second one starts, and tracks both', () => {
    const running = new RunningTasks();
    const first = running.start('a');
    const second = running.start('a');
    expect(first.isOnlyRun).toBe(true);
    expect(second.isOnlyRun).toBe(false);
    // A second run means that the first one has lost its lock, even if BullMQ has not yet reported it.
    expect(kindOf(first.signal)).toBe('lock-lost');
    first.end();
    expect(running.size).toBe(1);
    running.handOver();
    expect(kindOf(second.signal)).toBe('hand-over');
    second.end();
    expect(running.size).toBe(0);
  });

  it('a third run is not the only run while the first continues', () => {
    const running = new RunningTasks();
    const first = running.start('a');
    running.start('a').end();
    const third = running.start('a');
    expect(third.isOnlyRun).toBe(false);
    expect([kindOf(first.signal), kindOf(third.signal)]).toEqual(['lock-lost', undefined]);
    first.end();
    third.end();
    expect(running.size).toBe(0);
    expect(running.start('a').isOnlyRun).toBe(true);
  });

  it('resolves idle() when no task runs any more', async () => {
    const running = new RunningTasks();
    await running.idle();
    const [a, b] = [running.start('a'), running.start('b')];
    let idle = false;
    const waiting = running.idle().then(() => (idle = true));
    a.end();
    await Promise.resolve();
    expect(idle).toBe(false);
    b.end();
    await waiting;
  });
});
