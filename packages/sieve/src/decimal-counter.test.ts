import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecimalCounter } from './decimal-counter.ts';

function textOf(counter: DecimalCounter): string {
  const target = new Uint8Array(20);
  return Buffer.from(target.subarray(0, counter.write(target, 0))).toString('latin1');
}

describe('DecimalCounter', () => {
  it('has no digits at 0', () => {
    const counter = new DecimalCounter();
    counter.add(0);
    expect(textOf(counter)).toBe('');
  });

  it('counts through every carry up to four digits', () => {
    const counter = new DecimalCounter();
    for (let n = 1; n <= 10_001; n++) {
      counter.add(1);
      expect(textOf(counter)).toBe(String(n));
    }
  });

  it('equals the sum of any amounts that were added', () => {
    const amounts = fc.array(fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 10 ** 12 })), { minLength: 1 });
    fc.assert(
      fc.property(amounts, (list) => {
        const counter = new DecimalCounter();
        for (const amount of list) counter.add(amount);
        expect(textOf(counter)).toBe(String(list.reduce((sum, x) => sum + x) || ''));
      }),
    );
  });

  it('holds the greatest safe integer', () => {
    const counter = new DecimalCounter();
    counter.add(Number.MAX_SAFE_INTEGER);
    expect(textOf(counter)).toBe('9007199254740991');
  });

  it('writes at the given offset', () => {
    const counter = new DecimalCounter();
    counter.add(42);
    const target = new Uint8Array(5).fill(0x2e);
    expect(counter.write(target, 2)).toBe(4);
    expect(Buffer.from(target).toString('latin1')).toBe('..42.');
  });
});
