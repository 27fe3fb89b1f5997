/** The middle value; of an even number, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** One figure of many measurements. */
export function valuesOf<K extends string>(
  measured: readonly Readonly<Record<K, number>>[],
  key: K,
): number[] {
  return measured.map((one) => one[key]);
}

/**
 * How two sides compare that took turns: the middle of their ratios round by round, since the two turns of a round had
 * the same neighbours on the machine, whose speed changes from one second to the next.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((our, round) => our / (theirs[round] ?? NaN)));
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

type Side<T> = () => T | Promise<T>;

/** The results of calls that take turns, so that what else the machine does falls on all; the first round does not count. */
export async function interleaved<T, S extends readonly Side<T>[]>(
  rounds: number,
  ...sides: S & readonly Side<T>[]
): Promise<{ [side in keyof S]: T[] }> {
  const results = sides.map((): T[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, side] of sides.entries()) {
      const result = await side();
      if (round > 0) results[index]?.push(result);
    }
  }
  return results as { [side in keyof S]: T[] };
}

/** The results of `rounds` calls, after one that does not count. */
export async function repeat(rounds: number, call: () => Promise<number>): Promise<number[]> {
  await call();
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await call());
  return results;
}
