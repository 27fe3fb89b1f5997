/** The median; of an even number of values, the lower of the middle two. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** One figure of each measurement. */
export function valuesOf<K extends string>(
  measured: readonly Readonly<Record<K, number>>[],
  key: K,
): number[] {
  return measured.map((one) => one[key]);
}

/**
 * Compares two sides that took turns: the median of their ratios round by round. The two turns of a round see the same
 * other load on the machine, whose speed changes from one second to the next.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ratios(ours, theirs));
}

/** Ours divided by theirs, round by round. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((our, round) => our / (theirs[round] ?? NaN));
}

/** Nearest-rank percentile. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('Expected at least one value');
  return value;
}

/**
 * The interval that holds the true median with 95 % confidence, by order statistics (the sign test); the whole range
 * of fewer than six values.
 */
export function medianInterval(values: readonly number[]): { readonly low: number; readonly high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  // How many values may lie beyond each end: a binomial tail of 2.5 %.
  let beyond = 0;
  let probability = 0.5 ** count;
  for (let tail = probability; ; beyond++) {
    probability *= (count - beyond) / (beyond + 1);
    tail += probability;
    if (tail > 0.025) break;
  }
  return { low: sorted[beyond] ?? NaN, high: sorted[count - 1 - beyond] ?? NaN };
}

/** Duration of `work` in milliseconds. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

type Side<T> = () => T | Promise<T>;

/**
 * The results of calls in turn, so that other load on the machine affects all sides. The first round is discarded.
 * Every second round runs in reverse order: a side that always follows another gains or loses 3 to 7 % (measured).
 */
export async function interleaved<T, S extends readonly Side<T>[]>(
  rounds: number,
  ...sides: S & readonly Side<T>[]
): Promise<{ [side in keyof S]: T[] }> {
  const results = sides.map((): T[] => []);
  for (let round = 0; round <= rounds; round++) {
    const turns = [...sides.entries()];
    for (const [index, side] of round % 2 === 0 ? turns : turns.toReversed()) {
      const result = await side();
      if (round > 0) results[index]?.push(result);
    }
  }
  return results as { [side in keyof S]: T[] };
}

/** The results of `rounds` calls, after one warm-up call. */
export async function repeat(rounds: number, call: () => Promise<number>): Promise<number[]> {
  await call();
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await call());
  return results;
}

/** Processes of each side, used in turn: of two identical processes one can be 10 % faster for its whole life. */
export const PROCESSES = 3;

/** The items in turn, over and over. */
export function inTurn<T>(items: readonly T[]): () => T {
  let turn = 0;
  return () => items[turn++ % items.length] as T;
}
