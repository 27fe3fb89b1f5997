import { describe, expect, it } from '@jest/globals';
import { Interruption } from './interruption.ts';
import { RunningTasks } from './running-tasks.ts';

function kindOf(signal: AbortSignal): string | undefined {
  return signal.aborted ? (signal.reason as Interruption).kind : undefined;
}

describe('RunningTasks', () => {
  it('interrupts the task that is meant, with the reason', () => {
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

  it('leaves alone what it does not run, or not any more', () => {
    const running = new RunningTasks();
    const a = running.start('a');
    a.end();
    running.interrupt('a', 'cancelled');
    running.interrupt('b', 'cancelled');
    running.handOver();
    expect(kindOf(a.signal)).toBeUndefined();
    expect(running.size).toBe(0);
  });

  it('hands over what runs, and whatever still starts', () => {
    const running = new RunningTasks();
    const a = running.start('a');
    running.handOver();
    expect(kindOf(a.signal)).toBe('hand-over');
    expect(kindOf(running.start('late').signal)).toBe('hand-over');
  });

  it('lets no second run of a task end or hide the first', () => {
    const running = new RunningTasks();
    const first = running.start('a');
    const second = running.start('a');
    expect(first.isOnlyOne).toBe(true);
    expect(second.isOnlyOne).toBe(false);
    // It started because the lock of the first was lost, whether or not BullMQ has told yet.
    expect(kindOf(first.signal)).toBe('lock-lost');
    first.end();
    expect(running.size).toBe(1);
    running.handOver();
    expect(kindOf(second.signal)).toBe('hand-over');
    second.end();
    expect(running.size).toBe(0);
  });

  it('tells when none runs any more', async () => {
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
