export { countBits, nthSetBit } from './bits.ts';
export { nthPrimeUpperBound } from './nth-prime-bound.ts';
export type { SieveRange, SievedRange } from './pool/protocol.ts';
export { SievePool, type SieveOptions } from './pool/sieve-pool.ts';
export { primeText, type PrimeTextOptions } from './prime-text.ts';
export { sieveSegment } from './segment-sieve.ts';
export { sievingPrimesUpTo } from './sieving-primes.ts';
export { MAX_NUMBER, SEGMENT_BYTES, SEGMENT_NUMBERS } from './tuning.ts';
export { NUMBERS_PER_BYTE, RESIDUES, WHEEL_PRIMES, byteOfNumber, numberOfBit } from './wheel30.ts';
