/** π(10^k) for k = 1…11: the number of primes up to 10^k (OEIS A006880). */
export const PRIMES_BELOW_POWER_OF_TEN: readonly number[] = [
  0, 4, 25, 168, 1_229, 9_592, 78_498, 664_579, 5_761_455, 50_847_534, 455_052_511, 4_118_054_813,
];

/** n → p(n), the n-th prime, p(1) = 2 (OEIS A006988 and the tables of the Prime Pages). */
export const NTH_PRIME: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 3],
  [3, 5],
  [4, 7],
  [10, 29],
  [100, 541],
  [1_000, 7_919],
  [10_000, 104_729],
  [100_000, 1_299_709],
  [1_000_000, 15_485_863],
  [10_000_000, 179_424_673],
  [100_000_000, 2_038_074_743],
]);

/** The primes up to `limit` by trial division: slow, but simple enough to be an oracle. */
export function primesByTrialDivision(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate <= limit; candidate++) {
    let prime = true;
    for (const p of primes) {
      if (p * p > candidate) break;
      if (candidate % p === 0) {
        prime = false;
        break;
      }
    }
    if (prime) primes.push(candidate);
  }
  return primes;
}
