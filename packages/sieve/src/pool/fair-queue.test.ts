import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from './fair-queue.ts';

function drain<T>(queue: FairQueue<T>): T[] {
  const items: T[] = [];
  while (!queue.isEmpty) items.push(queue.shift()!);
  return items;
}

describe('FairQueue', () => {
  it('is first in, first out within a group', () => {
    const queue = new FairQueue<number>();
    for (const item of [1, 2, 3]) queue.push('a', item);
    expect(drain(queue)).toEqual([1, 2, 3]);
    expect(queue.shift()).toBeUndefined();
  });

  it('serves the groups in turn', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push('a', item);
    for (const item of ['b1', 'b2']) queue.push('b', item);
    queue.push('c', 'c1');
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('serves a new group before the only other group, once that one has had a turn', () => {
    const queue = new FairQueue<string>();
    for (let i = 0; i < 1_000; i++) queue.push('long', `long ${i}`);
    expect(queue.shift()).toBe('long 0');
    queue.push('short', 'short');
    expect(queue.shift()).toBe('short');
    expect(queue.shift()).toBe('long 1');
  });

  it('does not serve later groups before a group whose turn is near', () => {
    const queue = new FairQueue<string>();
    for (let i = 0; i < 3; i++) queue.push('long', `long ${i}`);
    expect(queue.shift()).toBe('long 0');
    queue.push('first', 'first');
    queue.push('second', 'second');
    expect(queue.shift()).toBe('first');
    queue.push('third', 'third');
    expect(drain(queue)).toEqual(['second', 'long 1', 'third', 'long 2']);
  });

  it('drops a deleted item, and a group without items', () => {
    const queue = new FairQueue<string>();
    queue.push('a', 'a1');
    queue.push('a', 'a2');
    queue.push('b', 'b1');
    queue.delete('a', 'a1');
    queue.delete('b', 'b1');
    queue.delete('b', 'b1');
    queue.delete('unknown', 'x');
    expect(drain(queue)).toEqual(['a2']);
  });

  it('serves each of n groups once in any n turns', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const queue = new FairQueue<number>();
        for (const [group, size] of sizes.entries()) {
          for (let i = 0; i < size; i++) queue.push(`group ${group}`, 100 * group + i);
        }
        const order = drain(queue);
        // The i-th item of each group is served in round i.
        const round = order.map((item) => item % 100);
        expect(round).toEqual(round.toSorted((a, b) => a - b));
        expect(new Set(order).size).toBe(sizes.reduce((sum, size) => sum + size));
      }),
    );
  });
});
