import { primesByTrialDivision } from './known-primes.ts';
import { NUMBERS_PER_BYTE, RESIDUES } from '../src/wheel30.ts';

let smallPrimes: readonly number[] = [];
let smallPrimesUpTo = 0;

/** The primes in [from, to), for `to` up to 10^12: one flag per number, no wheel, no bits. */
export function primesInWindow(from: number, to: number): number[] {
  const root = Math.ceil(Math.sqrt(to));
  if (root > smallPrimesUpTo) {
    smallPrimesUpTo = Math.max(root, 10 * smallPrimesUpTo);
    smallPrimes = primesByTrialDivision(smallPrimesUpTo);
  }
  const composite = new Uint8Array(to - from);
  for (const p of smallPrimes) {
    if (p * p >= to) break;
    // The first multiple from p² and from `from` on. No Math here: Jest's globals cost 100 times as much.
    const start = p * p >= from ? p * p : from + ((p - (from % p)) % p);
    for (let multiple = start; multiple < to; multiple += p) composite[multiple - from] = 1;
  }
  const primes: number[] = [];
  for (let number = Math.max(2, from); number < to; number++)
    if (!composite[number - from]) primes.push(number);
  return primes;
}

/** The expected bitmap of the bytes from `firstByte` on, from `primesInWindow`. */
export function expectedBitmap(firstByte: number, bytes: number): Uint8Array {
  const start = NUMBERS_PER_BYTE * firstByte;
  const bitmap = new Uint8Array(bytes);
  for (const prime of primesInWindow(start, start + NUMBERS_PER_BYTE * bytes)) {
    const bit = RESIDUES.indexOf(prime % NUMBERS_PER_BYTE);
    if (bit >= 0) bitmap[Math.floor((prime - start) / NUMBERS_PER_BYTE)] |= 1 << bit;
  }
  return bitmap;
}

/** The numbers of all set bits, tested bit by bit. */
export function numbersOf(bitmap: Uint8Array, firstByte = 0): number[] {
  const numbers: number[] = [];
  for (const [byte, bits] of bitmap.entries()) {
    for (const [bit, residue] of RESIDUES.entries()) {
      if (bits & (1 << bit)) numbers.push(NUMBERS_PER_BYTE * (firstByte + byte) + residue);
    }
  }
  return numbers;
}

/** A copy of `bytes` whose view starts `offset` bytes into its buffer, with 0xAA on either side. */
export function atOffset(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(offset + bytes.length + 8).fill(0xaa);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.length);
}

/** The index of the first byte that differs, or −1. Much faster than toEqual on large arrays. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): number {
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length; i++) if (actual[i] !== expected[i]) return i;
  return -1;
}
