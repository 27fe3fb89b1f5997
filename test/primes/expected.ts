/** The first n primes by a simple sieve: slow, but simple enough to be an oracle. */
export function firstPrimes(n: number): number[] {
  // p(n) < n (ln n + ln ln n) from n = 6 on.
  const limit = Math.max(15, Math.ceil(n * (Math.log(n) + Math.log(Math.log(n)))));
  const composite = new Uint8Array(limit + 1);
  const primes: number[] = [];
  for (let candidate = 2; primes.length < n; candidate++) {
    if (composite[candidate]) continue;
    primes.push(candidate);
    for (let multiple = candidate * candidate; multiple <= limit; multiple += candidate)
      composite[multiple] = 1;
  }
  return primes;
}

/** A list of primes in each media type; for JSON only the result. */
export const WRITTEN: Readonly<Record<string, (primes: readonly number[]) => string>> = {
  'application/json': (primes) => `[${primes.join(',')}]`,
  'text/plain': (primes) => primes.map((prime) => `${prime}\n`).join(''),
  'text/csv': (primes) => `prime\r\n${primes.map((prime) => `${prime}\r\n`).join('')}`,
  'application/x-ndjson': (primes) => primes.map((prime) => `${prime}\n`).join(''),
};
