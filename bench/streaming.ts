import { residentBytes } from '@primes/testing';
import { request } from 'undici';
import { atLeast, atMost, megabytes, times, type Row } from './row.ts';
import { writeTextByPrimesieve } from './primesieve.ts';
import { interleaved, median, medianRatio } from './statistics.ts';
import type { System } from './system.ts';

export const STREAMED = 100_000_000;
/** The 100,000,000th prime. */
const UP_TO = 2_038_074_743;
const ROUNDS = 5;
export const SLOW_READERS = 10;
const SLOW_MS = 5_000;

/** Throughput of the text of 1e8 primes over loopback, and memory of the api meanwhile. */
export async function* streamingRows(
  system: System,
  { primesieve }: { primesieve: boolean },
): AsyncGenerator<Row> {
  const worker = await system.start('worker');
  await using client = system.client(1);
  const id = await client.submit({ n: STREAMED });
  await client.done(id);
  await worker[Symbol.asyncDispose]();

  await using api = await system.start('api');
  const url = `${api.url}/tasks/${id}`;
  await download(`${url}?limit=100000`);
  const before = residentBytes(api.pid);
  const peak = watchPeak(api.pid);
  const [ours, theirs] = await interleaved(
    ROUNDS,
    () => download(url),
    () => (primesieve ? writeTextByPrimesieve(UP_TO) : NaN),
  );
  const rate = median(ours);
  if (primesieve) {
    const ratio = medianRatio(ours, theirs);
    yield {
      what: 'text of 1e8 primes over HTTP, against `primesieve -p` to a pipe',
      measured: `${times(ratio)} (${megabytes(rate)}/s and ${megabytes(median(theirs))}/s)`,
      bar: atLeast(ratio, 2, times),
    };
  } else yield { what: 'text of 1e8 primes over HTTP', measured: `${megabytes(rate)}/s` };
  const growth = peak() - before;
  yield {
    what: 'memory growth of the api while streaming 1e8 primes to one reader',
    measured: megabytes(growth),
    bar: atMost(growth, 60e6, megabytes),
  };

  const slowPeak = watchPeak(api.pid);
  await Promise.all(Array.from({ length: SLOW_READERS }, () => readSlowly(url)));
  const slowGrowth = slowPeak() - before;
  yield {
    what: `memory growth of the api while streaming them to ${SLOW_READERS} slow readers`,
    measured: megabytes(slowGrowth),
    bar: atMost(slowGrowth, 100e6, megabytes),
  };
}

/** Bytes per second. */
export async function download(url: string): Promise<number> {
  const start = performance.now();
  const { body } = await request(url, { headers: { accept: 'text/plain' } });
  let bytes = 0;
  for await (const chunk of body) bytes += (chunk as Buffer).length;
  return (1_000 * bytes) / (performance.now() - start);
}

/** Reads one chunk every 50 ms, and disconnects after SLOW_MS. */
export async function readSlowly(url: string): Promise<void> {
  const { body } = await request(url, { headers: { accept: 'text/plain' }, highWaterMark: 16_384 });
  const end = performance.now() + SLOW_MS;
  const step = () => {
    body.read();
    if (performance.now() > end) body.destroy();
    else setTimeout(step, 50);
  };
  const closed = new Promise((resolve) => body.once('close', resolve));
  body.on('error', () => undefined);
  body.once('readable', step);
  await closed;
}

/** Samples resident memory until the returned function is called, which returns the peak. */
export function watchPeak(pid: number): () => number {
  let peak = residentBytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
