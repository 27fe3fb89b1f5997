import { describe, expect, it } from '@jest/globals';
import { stairs } from './stairs.ts';

describe('stairs()', () => {
  it('stays at a value from the second of its change until the next', () => {
    const points = stairs(
      [
        [10.4, 0],
        [12.1, 3],
        [12.9, 5],
      ],
      13.5,
    );
    expect(points).toEqual([
      [10, 0],
      [11, 0],
      [12, 5],
      [13, 5],
      [14, 5],
    ]);
  });

  it('is nothing without a change', () => {
    expect(stairs([], 10)).toEqual([]);
  });
});
