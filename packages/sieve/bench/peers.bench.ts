// node --conditions=source packages/sieve/bench/peers.bench.ts: against primesieve, which has to be on the PATH.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { SEGMENT_BYTES, SievePool, primeText, sievingPrimesUpTo } from '@primes/sieve';
import { KernelSieve, type KernelExports } from '../src/kernel-sieve.ts';
import { compileKernel } from '../src/pool/kernel-module.ts';
import { PlainSieve, type RangeSieve } from '../src/range-sieve.ts';
import { byteOfNumber } from '../src/wheel30.ts';

const ROUNDS = 5;
const TEXT_UP_TO = 200_000_000;

const module = compileKernel()!;
const bare = new WebAssembly.Instance(module).exports as KernelExports;
const kernel = new KernelSieve(module);
const plain = new PlainSieve();
const segment = new Uint8Array(SEGMENT_BYTES);

/** Milliseconds, in process and on one thread. */
function count(sieve: RangeSieve, limit: number): number {
  const start = performance.now();
  const end = byteOfNumber(limit);
  for (let first = 0; first < end; first += SEGMENT_BYTES) {
    sieve.sieve(segment.subarray(0, Math.min(SEGMENT_BYTES, end - first)), first);
  }
  return performance.now() - start;
}

/** Milliseconds by the kernel alone: no bitmap leaves its memory. */
function countInKernel(limit: number): number {
  const start = performance.now();
  const primes = sievingPrimesUpTo(Math.ceil(Math.sqrt(limit)));
  new Uint32Array(bare.memory.buffer, bare.PRIMES.value).set(primes);
  const end = byteOfNumber(limit);
  for (let first = 0; first < end; first += SEGMENT_BYTES) {
    bare.sieve(first, Math.min(SEGMENT_BYTES, end - first), primes.length);
  }
  return performance.now() - start;
}

/** Milliseconds by its own watch, which leaves the start of the process out. */
async function countByPrimesieve(limit: number): Promise<number> {
  const { stdout } = await promisify(execFile)('primesieve', [String(limit), '-t1', '-q', '--time']);
  return 1_000 * Number(/Seconds: ([\d.]+)/.exec(stdout)?.[1]);
}

async function countByPool(pool: SievePool, limit: number): Promise<number> {
  const start = performance.now();
  const ranges = Array.from({ length: Math.ceil(byteOfNumber(limit) / SEGMENT_BYTES) }, (_, i) => i);
  await Promise.all(
    ranges.map((i) => pool.sieve({ firstByte: i * SEGMENT_BYTES, bytes: SEGMENT_BYTES }, { group: 'bench' })),
  );
  return performance.now() - start;
}

/** Bytes a second, from bitmaps that are there. */
function writeText(bitmap: Uint8Array): number {
  const start = performance.now();
  let bytes = 0;
  const text = primeText({ bitmap, firstByte: 0 }, { skip: 0, take: 1e9, separator: '\n' });
  for (const chunk of text) bytes += chunk.length;
  return (1_000 * bytes) / (performance.now() - start);
}

/** Bytes a second, through a pipe and with the start of the process. */
async function writeTextByPrimesieve(): Promise<number> {
  const start = performance.now();
  let bytes = 0;
  const child = spawn('primesieve', [String(TEXT_UP_TO), '-p', '-t1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(child, 'close');
  return (1_000 * bytes) / (performance.now() - start);
}

/** Runs all one after the other, ROUNDS times after a warm-up, and prints medians and their ratios to the first. */
async function compare(title: string, runs: Record<string, () => number | Promise<number>>): Promise<void> {
  const figures = Object.entries(runs).map(([name, run]) => ({ name, run, values: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { run, values } of figures) {
      const value = await run();
      if (round > 0) values.push(value);
    }
  }
  console.log(title);
  const first = median(figures[0].values);
  for (const { name, values } of figures) {
    const spread = `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
    console.log(
      `  ${name.padEnd(24)}${format(median(values)).padStart(8)}  ${(median(values) / first).toFixed(2)} ×  (${spread})`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function format(value: number): string {
  return value >= 1_000_000 ? `${(value / 1e6).toFixed(0)} MB/s` : `${value.toFixed(1)} ms`;
}

const load = loadavg()[0].toFixed(1);
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, load ${load}, Node ${process.versions.node}; median of ${ROUNDS}, interleaved (lowest to highest)`,
);

await using one = new SievePool({ threads: 1 });
await using two = new SievePool({ threads: 2 });
await compare('count to 10^9', {
  'primesieve -t1': () => countByPrimesieve(1e9),
  'the kernel': () => countInKernel(1e9),
  '… bitmaps copied out': () => count(kernel, 1e9),
  'plain TypeScript': () => count(plain, 1e9),
});
await compare('count to 10^10', {
  'primesieve -t1': () => countByPrimesieve(1e10),
  'the kernel': () => countInKernel(1e10),
  '… bitmaps copied out': () => count(kernel, 1e10),
});
await compare('count to 10^9 by a pool', {
  '1 thread': () => countByPool(one, 1e9),
  '2 threads': () => countByPool(two, 1e9),
});

const bitmap = new Uint8Array(byteOfNumber(TEXT_UP_TO));
kernel.sieve(bitmap, 0);
await compare('text of the primes to 2 · 10^8', {
  'primesieve -p': writeTextByPrimesieve,
  'the formatter': () => writeText(bitmap),
});
