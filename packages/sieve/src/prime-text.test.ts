import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atOffset, numbersOf, primesInWindow } from '../test/oracle.ts';
import type { BitmapAt } from './prime-text-writer.ts';
import { primeText, type PrimeTextOptions } from './prime-text.ts';
import { sieveSegment } from './segment-sieve.ts';
import { sievingPrimesUpTo } from './sieving-primes.ts';

function sieved(firstByte: number, bytes: number): BitmapAt {
  const bitmap = new Uint8Array(bytes);
  sieveSegment(bitmap, firstByte, sievingPrimesUpTo(2 ** 20));
  return { bitmap, firstByte };
}

function textOf(source: BitmapAt, options: Partial<PrimeTextOptions> = {}): string {
  const chunks = [...primeText(source, { skip: 0, take: 1e9, separator: ',', ...options })];
  return Buffer.concat(chunks).toString('latin1');
}

function expectedText({ bitmap, firstByte }: BitmapAt, { skip, take, separator }: PrimeTextOptions): string {
  const numbers = numbersOf(bitmap, firstByte).slice(skip, skip + take);
  return numbers.map((number) => `${number}${separator}`).join('');
}

describe('primeText()', () => {
  it('writes the primes from 7 on, each followed by the separator', () => {
    expect(textOf(sieved(0, 2))).toBe('7,11,13,17,19,23,29,31,37,41,43,47,53,59,');
  });

  it.each([10, 100, 1_000, 100_000, 1_000_000_000, 1_000_000_000_000])(
    'writes one more digit from %d on',
    (power) => {
      const firstByte = Math.max(0, Math.floor(power / 30) - 5);
      const primes = primesInWindow(30 * firstByte, 30 * (firstByte + 12)).filter((p) => p > 5);
      expect(primes.some((p) => p > power) && primes.some((p) => p < power)).toBe(true);
      expect(textOf(sieved(firstByte, 12))).toBe(primes.map((p) => `${p},`).join(''));
    },
  );

  it('equals String() for any bits, skip, take, separator and chunk size', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      // Long runs without a set bit, so that the decimal counter grows in large steps.
      fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 128), { maxLength: 400 }),
    );
    fc.assert(
      fc.property(
        fc.record({
          bytes,
          offset: fc.nat({ max: 7 }),
          firstByte: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 33_333_333_333 })),
          skip: fc.nat({ max: 500 }),
          take: fc.nat({ max: 1_000 }),
          separator: fc.constantFrom('', ',', '\n', ',\r\n'),
          // Below 450 bytes it never writes a whole word at once.
          chunkBytes: fc.oneof(fc.integer({ min: 17, max: 300 }), fc.integer({ min: 400, max: 4_000 })),
        }),
        ({ bytes, offset, firstByte, ...options }) => {
          const source = { bitmap: atOffset(Uint8Array.from(bytes), offset), firstByte };
          expect(textOf(source, options)).toBe(expectedText(source, options));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('equals String() over a whole segment', () => {
    const source = sieved(33_000_000_000, 131_008);
    const options = { skip: 1_234, take: 100_000, separator: '\n' };
    expect(textOf(source, options) === expectedText(source, options)).toBe(true);
  });

  it('yields full chunks that own their buffers and end with a separator', () => {
    const chunks = [
      ...primeText(sieved(0, 20_000), { skip: 0, take: 1e9, separator: ',\n', chunkBytes: 1_000 }),
    ];
    expect(new Set(chunks.map((chunk) => chunk.buffer)).size).toBe(chunks.length);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(1_000);
      expect(Buffer.from(chunk.subarray(-2)).toString()).toBe(',\n');
    }
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThan(1_000 - 2 * 8);
  });

  it('writes to the given memory, for any previous contents', () => {
    const source = sieved(0, 20_000);
    const memory = new Uint8Array(1_000).fill(7);
    const requested: number[] = [];
    const allocate = (bytes: number) => {
      requested.push(bytes);
      return memory.subarray(0, bytes);
    };
    let text = '';
    for (const chunk of primeText(source, {
      skip: 0,
      take: 1e9,
      separator: ',',
      chunkBytes: 1_000,
      allocate,
    })) {
      expect(chunk.buffer).toBe(memory.buffer);
      text += Buffer.from(chunk).toString('latin1');
    }
    expect(text === textOf(source)).toBe(true);
    expect(Math.max(...requested)).toBe(1_000);
  });

  it('yields nothing if no primes are left', () => {
    expect([...primeText(sieved(0, 2), { skip: 14, take: 1, separator: ',' })]).toEqual([]);
    expect([...primeText(sieved(0, 2), { skip: 0, take: 0, separator: ',' })]).toEqual([]);
    expect([
      ...primeText({ bitmap: new Uint8Array(), firstByte: 0 }, { skip: 0, take: 1, separator: ',' }),
    ]).toEqual([]);
  });

  it.each([
    { skip: -1 },
    { skip: 0.5 },
    { take: -1 },
    { take: Infinity },
    { separator: '·' },
    // The numbers below 60 take two digits.
    { separator: ', ', chunkBytes: 3 },
  ])('rejects %j at once', (options) => {
    expect(() => primeText(sieved(0, 2), { skip: 0, take: 1, separator: ',', ...options })).toThrow(
      RangeError,
    );
    expect(textOf(sieved(0, 2), { separator: ', ', chunkBytes: 4, take: 3 })).toBe('7, 11, 13, ');
  });
});
