import { describe, expect, it } from '@jest/globals';
import { ReceiverSlots } from './receiver-slots.ts';

/** Takes all slots that a receiver gets, and returns their release functions. */
function fill(slots: ReceiverSlots, host: string) {
  const held: (() => void)[] = [];
  for (let next = slots.take(host); 'release' in next; next = slots.take(host)) held.push(next.release);
  return held;
}

describe('ReceiverSlots', () => {
  it('gives each new receiver half of the free slots', () => {
    const slots = new ReceiverSlots(32);
    expect(fill(slots, 'a')).toHaveLength(16);
    expect(fill(slots, 'b')).toHaveLength(8);
    expect(fill(slots, 'c')).toHaveLength(4);
    expect(slots.take('d')).toHaveProperty('release');
  });

  it('makes released slots available again', () => {
    const slots = new ReceiverSlots(4);
    for (const release of fill(slots, 'a')) release();
    expect(fill(slots, 'b')).toHaveLength(2);
  });

  it('spreads the retries of each receiver over time', () => {
    const slots = new ReceiverSlots(4);
    for (const host of ['a', 'b']) {
      fill(slots, host);
      const delays = Array.from({ length: 100 }, () => {
        const slot = slots.take(host);
        return 'retryAt' in slot ? slot.retryAt - Date.now() : NaN;
      });
      expect(delays[0]).toBeLessThan(1_000);
      expect(delays[99]).toBeGreaterThan(1_900);
    }
  });
});
