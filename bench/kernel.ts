import { SievePool, createRangeSieve, type RangeSieve } from '@primes/sieve';
import { SEGMENT_BYTES, byteOfNumber } from '@primes/sieve/bitmap';
import { primeText } from '@primes/sieve/prime-text';
import { countByPrimesieve, writeTextByPrimesieve } from './primesieve.ts';
import { atLeast, atMost, megabytes, ms, times, type Row } from './row.ts';
import { interleaved, median, medianRatio } from './statistics.ts';

const ROUNDS = 15;
/** For measurements that take seconds. */
const LONG_ROUNDS = 5;
/** There are about 11,000,000 primes up to here. */
const TEXT_UP_TO = 200_000_000;

/** Sieve and formatter, in this process. */
export async function* kernelRows({ primesieve }: { primesieve: boolean }): AsyncGenerator<Row> {
  const kernel = createRangeSieve();
  if (primesieve) {
    for (const { limit, most, rounds } of [
      { limit: 1e9, most: 1, rounds: ROUNDS },
      { limit: 1e10, most: 1.1, rounds: LONG_ROUNDS },
    ]) {
      const { ratio, ours, theirs } = await compare(
        rounds,
        () => count(kernel, limit),
        () => countByPrimesieve(limit),
      );
      yield {
        what: `count to 1e${Math.log10(limit)}, 1 thread, against \`primesieve -t1\``,
        measured: `${times(ratio)} (${ms(ours)} and ${ms(theirs)})`,
        bar: atMost(ratio, most, times),
      };
    }
  }
  await using one = new SievePool({ threads: 1 });
  await using two = new SievePool({ threads: 2 });
  const {
    ratio: speedup,
    ours: single,
    theirs: double,
  } = await compare(
    ROUNDS,
    () => countByPool(one, 1e9),
    () => countByPool(two, 1e9),
  );
  yield {
    what: 'count to 1e9, 2 threads against 1',
    measured: `${times(speedup)} (${ms(double)} and ${ms(single)})`,
    bar: atLeast(speedup, 1.8, times),
  };
  if (!primesieve) return;
  const bitmap = primesAsBits(kernel);
  const { ratio, ours, theirs } = await compare(
    ROUNDS,
    () => writeText(bitmap, primeText),
    () => writeTextByPrimesieve(TEXT_UP_TO),
  );
  yield {
    what: 'text of 1e7 primes: formatter against `primesieve -p` to a pipe',
    measured: `${times(ratio)} (${megabytes(ours)}/s and ${megabytes(theirs)}/s)`,
    bar: atLeast(ratio, 4, times),
  };
}

type Run = () => number | Promise<number>;

async function compare(rounds: number, ours: Run, theirs: Run) {
  const [our, their] = await interleaved(rounds, ours, theirs);
  return { ratio: medianRatio(our, their), ours: median(our), theirs: median(their) };
}

/** Milliseconds, including the copy of bitmaps out of the kernel's memory. */
export function count(kernel: RangeSieve, limit: number): number {
  const segment = new Uint8Array(SEGMENT_BYTES);
  const start = performance.now();
  const end = byteOfNumber(limit);
  for (let first = 0; first < end; first += SEGMENT_BYTES) {
    kernel.sieve(segment.subarray(0, Math.min(SEGMENT_BYTES, end - first)), first);
  }
  return performance.now() - start;
}

/** Milliseconds, with reused memory as in the worker. */
async function countByPool(pool: SievePool, limit: number): Promise<number> {
  const start = performance.now();
  const segments = Math.ceil(byteOfNumber(limit) / SEGMENT_BYTES);
  let next = 0;
  const lane = async () => {
    let into = new Uint8Array(SEGMENT_BYTES);
    while (next < segments) {
      const range = { firstByte: next++ * SEGMENT_BYTES, bytes: SEGMENT_BYTES };
      ({ bitmap: into } = await pool.sieve(range, { group: 'bench', into }));
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return performance.now() - start;
}

/** Input of `writeText`. */
export function primesAsBits(kernel: RangeSieve): Uint8Array {
  const bitmap = new Uint8Array(byteOfNumber(TEXT_UP_TO));
  kernel.sieve(bitmap, 0);
  return bitmap;
}

/** Bytes per second that `format` writes. */
export function writeText(bitmap: Uint8Array, format: typeof primeText): number {
  const start = performance.now();
  let bytes = 0;
  const text = format({ bitmap, firstByte: 0 }, { skip: 0, take: 1e9, separator: '\n' });
  for (const chunk of text) bytes += chunk.length;
  return (1_000 * bytes) / (performance.now() - start);
}
