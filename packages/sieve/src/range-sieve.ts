import { countBits } from './bits.ts';
import { sieveSegment } from './segment-sieve.ts';
import { SievingPrimes } from './sieving-primes.ts';
import { NUMBERS_PER_BYTE } from './wheel30.ts';

/** A sieve of a thread. */
export interface RangeSieve {
  /**
   * Fills `out` with the bitmap of the numbers from 30 · `firstByte` on, as `sieveSegment` does, and returns the number of
   * set bits.
   *
   * @throws {RangeError} As `sieveSegment`.
   */
  sieve(out: Uint8Array, firstByte: number): number;
}

/** `sieveSegment` with its own sieving primes. */
export class PlainSieve implements RangeSieve {
  readonly #primes = new SievingPrimes();

  sieve(out: Uint8Array, firstByte: number): number {
    sieveSegment(out, firstByte, this.#primes.sufficientFor(NUMBERS_PER_BYTE * (firstByte + out.length)));
    return countBits(out);
  }
}
