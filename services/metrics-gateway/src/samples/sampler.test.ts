import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Sampler } from './sampler.ts';

/** A sampler of `take`, with counts of its actions. */
function sampled(take: () => Promise<number>, intervalMs = 500) {
  const events: string[] = [];
  const sampler = new Sampler(
    () => {
      events.push('take');
      return take();
    },
    {
      name: 'queue',
      intervalMs,
      log: {
        warn: () => void events.push('warn'),
        info: () => void events.push('info'),
      },
      observer: { sampleTaken: () => undefined, sampleFailed: () => void events.push('failed') },
    },
  );
  const count = (event: string) => events.filter((other) => other === event).length;
  return { sampler, count };
}

describe('Sampler', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('takes a sample at once and then in each interval', async () => {
    const { sampler, count } = sampled(() => Promise.resolve(7));
    expect(sampler.fresh()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(0);
    expect(sampler.fresh()).toEqual({ value: 7, ageSeconds: 0 });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(count('take')).toBe(3);
    sampler.close();
  });

  it('takes one sample for all requests within the minimum interval, and one more for the last of them', async () => {
    const { sampler, count } = sampled(() => Promise.resolve(7), 60_000);
    await jest.advanceTimersByTimeAsync(1_000);
    for (let i = 0; i < 100; i++) sampler.request();
    await jest.advanceTimersByTimeAsync(0);
    expect(count('take')).toBe(2);
    for (let i = 0; i < 100; i++) sampler.request();
    await jest.advanceTimersByTimeAsync(49);
    expect(count('take')).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(count('take')).toBe(3);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(count('take')).toBe(3);
    sampler.close();
  });

  it('never takes two samples at once, and takes another for a request during a sample', async () => {
    const slow = Promise.withResolvers<number>();
    const { sampler, count } = sampled(() => slow.promise);
    await jest.advanceTimersByTimeAsync(10_000);
    sampler.request();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(count('take')).toBe(1);
    slow.resolve(1);
    await jest.advanceTimersByTimeAsync(0);
    expect(count('take')).toBe(2);
    sampler.close();
  });

  it('counts the age from the start of the sample', async () => {
    const slow = Promise.withResolvers<number>();
    const never = Promise.withResolvers<number>();
    const { sampler, count } = sampled(() => (count('take') === 1 ? slow.promise : never.promise));
    await jest.advanceTimersByTimeAsync(1_500);
    slow.resolve(1);
    await jest.advanceTimersByTimeAsync(0);
    expect(sampler.latest()?.ageSeconds).toBe(1.5);
    sampler.close();
  });

  it.each([
    [50, 2_000],
    [500, 2_000],
    [5_000, 15_000],
  ])('keeps a sample of every %d ms fresh for %d ms', async (intervalMs, staleMs) => {
    let working = true;
    const { sampler } = sampled(
      () => (working ? Promise.resolve(1) : Promise.reject(new Error('unavailable'))),
      intervalMs,
    );
    await jest.advanceTimersByTimeAsync(0);
    working = false;
    await jest.advanceTimersByTimeAsync(staleMs);
    expect(sampler.fresh()?.value).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(sampler.fresh()).toBeUndefined();
    expect(sampler.latest()?.value).toBe(1);
    sampler.close();
  });

  it('logs an outage once and its end once', async () => {
    let working = false;
    const { sampler, count } = sampled(() =>
      working ? Promise.resolve(1) : Promise.reject(new Error('unavailable')),
    );
    await jest.advanceTimersByTimeAsync(5_000);
    expect([count('failed'), count('warn'), count('info')]).toEqual([11, 1, 0]);
    working = true;
    await jest.advanceTimersByTimeAsync(5_000);
    expect([count('failed'), count('warn'), count('info')]).toEqual([11, 1, 1]);
    sampler.close();
  });

  it('notifies its listeners of each sample until they unsubscribe', async () => {
    const { sampler } = sampled(() => Promise.resolve(1));
    let notified = 0;
    const unsubscribe = sampler.onSample(() => notified++);
    await jest.advanceTimersByTimeAsync(500);
    unsubscribe();
    await jest.advanceTimersByTimeAsync(500);
    expect(notified).toBe(2);
    sampler.close();
  });

  it('takes no sample and logs nothing after close(), not even the sample in progress', async () => {
    const slow = Promise.withResolvers<number>();
    const { sampler, count } = sampled(() => slow.promise);
    await jest.advanceTimersByTimeAsync(0);
    sampler.close();
    slow.reject(new Error('Connection is closed'));
    await jest.advanceTimersByTimeAsync(10_000);
    expect([count('take'), count('warn')]).toEqual([1, 0]);
  });
});
