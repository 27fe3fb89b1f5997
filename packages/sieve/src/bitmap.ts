/** The format of the bitmaps, without the sieve: what reads them loads no kernel and no thread pool. */
export { countBits, nthSetBit } from './bits.ts';
export { checkInteger } from './check-integer.ts';
export { MAX_NUMBER, SEGMENT_BYTES, SEGMENT_NUMBERS } from './tuning.ts';
export { NUMBERS_PER_BYTE, RESIDUES, WHEEL_PRIMES, byteOfNumber, numberOfBit } from './wheel30.ts';
