export { nthPrimeUpperBound } from './nth-prime-bound.ts';
export { createRangeSieve } from './pool/kernel-module.ts';
export type { SieveRange, SievedRange } from './pool/protocol.ts';
export { SievePool, type SieveOptions } from './pool/sieve-pool.ts';
export type { RangeSieve } from './range-sieve.ts';
export { sieveSegment } from './segment-sieve.ts';
export { sievingPrimesUpTo } from './sieving-primes.ts';
