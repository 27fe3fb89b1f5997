/** Euler's constant. */
const GAMMA = 0.5772156649015329;

/**
 * The logarithmic integral by Ramanujan's series; its relative error is below 1e-9 for 2 ≤ x ≤ 1e11.
 *
 * @see https://mathworld.wolfram.com/LogarithmicIntegral.html
 */
export function li(x: number): number {
  const log = Math.log(x);
  let sum = 0;
  let term = 1;
  let inner = 0;
  for (let k = 1; k <= 200; k += 1) {
    term *= ((k === 1 ? 1 : -1) * (log / (k === 1 ? 1 : 2))) / k;
    if (k % 2 === 1) inner += 1 / k;
    sum += term * inner;
  }
  return GAMMA + Math.log(log) + Math.sqrt(x) * sum;
}

/** The first estimate of the number of primes up to x. */
export function xOverLog(x: number): number {
  return x / Math.log(x);
}

/** How often each gap between consecutive primes occurs, and where each gap was the largest so far. */
export function gapsOf(primes: readonly number[]): {
  readonly counts: ReadonlyMap<number, number>;
  readonly records: readonly { readonly gap: number; readonly after: number }[];
} {
  const counts = new Map<number, number>();
  const records: { gap: number; after: number }[] = [];
  for (let i = 1; i < primes.length; i += 1) {
    const after = primes[i - 1] ?? 0;
    const gap = (primes[i] ?? 0) - after;
    counts.set(gap, (counts.get(gap) ?? 0) + 1);
    if (gap > (records.at(-1)?.gap ?? 0)) records.push({ gap, after });
  }
  return { counts, records };
}

/** How many of the primes end with 1, 3, 7 and 9. */
export function lastDigits(primes: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map([1, 3, 7, 9].map((digit) => [digit, 0]));
  for (const prime of primes) {
    const count = counts.get(prime % 10);
    if (count !== undefined) counts.set(prime % 10, count + 1);
  }
  return counts;
}

/** The place of a number on Ulam's spiral, from its centre: 1 is at [0, 0], 2 at [1, 0], 3 at [1, 1]. */
export function spiralPlace(value: number): readonly [number, number] {
  const ring = Math.ceil((Math.sqrt(value) - 1) / 2);
  const side = 2 * ring;
  const corner = (side + 1) ** 2;
  const back = corner - value;
  if (back <= side) return [ring - back, 0 - ring];
  if (back <= 2 * side) return [-ring, back - side - ring];
  if (back <= 3 * side) return [back - 2 * side - ring, ring];
  return [ring, ring - (back - 3 * side)];
}

/** Places for about `count` samples of 1 … n: dense at the start, as on a log scale. */
export function samplePlaces(n: number, count: number): readonly number[] {
  const places = Array.from({ length: count }, (_, i) => Math.round(n ** ((i + 1) / count)));
  return [...new Set(places)];
}
