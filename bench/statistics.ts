/** The middle value; of an even number, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest-rank percentile. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('There are no values');
  return value;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The results of two calls that take turns, so that what else the machine does falls on both; the first pair does not count. */
export async function interleaved<T>(
  rounds: number,
  ours: () => T | Promise<T>,
  theirs: () => T | Promise<T>,
): Promise<[ours: T[], theirs: T[]]> {
  const results: [T[], T[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const [our, their] = [await ours(), await theirs()];
    if (round === 0) continue;
    results[0].push(our);
    results[1].push(their);
  }
  return results;
}

/** The results of `rounds` calls, after one that does not count. */
export async function repeat(rounds: number, call: () => Promise<number>): Promise<number[]> {
  await call();
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await call());
  return results;
}
