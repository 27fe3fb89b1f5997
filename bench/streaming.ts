import { request } from 'undici';
import { atLeast, atMost, megabytes, times, type Row } from './row.ts';
import { writeTextByPrimesieve } from './primesieve.ts';
import { interleaved, median, medianRatio } from './statistics.ts';
import { residentBytes, type System } from './system.ts';

const N = 100_000_000;
/** The 100,000,000th prime. */
const UP_TO = 2_038_074_743;
const ROUNDS = 5;
const SLOW_READERS = 10;
const SLOW_MS = 5_000;

/** Text of 1e8 primes over HTTP on loopback, and what the api holds meanwhile. */
export async function* streamingRows(
  system: System,
  { primesieve }: { primesieve: boolean },
): AsyncGenerator<Row> {
  const worker = await system.start('worker');
  await using client = system.client(1);
  const id = await client.submit({ n: N });
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
    what: 'growth of the api while it streams 1e8 primes to one reader',
    measured: megabytes(growth),
    bar: atMost(growth, 60e6, megabytes),
  };

  const slowPeak = watchPeak(api.pid);
  await Promise.all(Array.from({ length: SLOW_READERS }, () => readSlowly(url)));
  const slowGrowth = slowPeak() - before;
  yield {
    what: `growth of the api while it streams them to ${SLOW_READERS} slow readers`,
    measured: megabytes(slowGrowth),
    bar: atMost(slowGrowth, 100e6, megabytes),
  };
}

/** Bytes a second. */
async function download(url: string): Promise<number> {
  const start = performance.now();
  const { body } = await request(url, { headers: { accept: 'text/plain' } });
  let bytes = 0;
  for await (const chunk of body) bytes += (chunk as Buffer).length;
  return (1_000 * bytes) / (performance.now() - start);
}

/** A little every now and then, and gone after SLOW_MS. */
async function readSlowly(url: string): Promise<void> {
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

/** The highest resident memory from now until it is asked for. */
function watchPeak(pid: number): () => number {
  let peak = residentBytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
