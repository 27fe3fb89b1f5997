import type { TaskSummary } from '@primes/contracts';
import type { PrimeSlice } from '@primes/prime-store';
import { primeText } from '@primes/sieve';
import type { Request } from 'express';
import { httpError } from '../errors.ts';

type Slices = AsyncIterable<PrimeSlice>;
/** Each is overwritten when the one after the next is asked for. */
export type Chunks = AsyncGenerator<Uint8Array>;

/** One way to write a result. */
export interface Format {
  readonly mediaType: string;
  /** Whether the primes come within the task, so that a task without primes can be written too. */
  readonly wrapsTask: boolean;
  /** What stands before the first prime, and alone where there is none. */
  readonly header: string;
  encode(summary: TaskSummary, slices: Slices): Chunks;
}

/** RFC 4180, with a header line. */
const CSV_HEADER = 'prime\r\n';

const FORMATS: readonly Format[] = [
  { mediaType: 'application/json', wrapsTask: true, header: '', encode: jsonTask },
  { mediaType: 'text/plain', wrapsTask: false, header: '', encode: lines },
  { mediaType: 'text/csv', wrapsTask: false, header: CSV_HEADER, encode: csv },
  { mediaType: 'application/x-ndjson', wrapsTask: false, header: '', encode: lines },
];

const MEDIA_TYPES = FORMATS.map(({ mediaType }) => mediaType);

/**
 * The format that a request prefers.
 *
 * @throws {HttpError} `not_acceptable` naming those there are
 */
export function formatOf(req: Request): Format {
  const best = req.accepts(MEDIA_TYPES);
  const format = FORMATS.find(({ mediaType }) => mediaType === best);
  if (!format) throw httpError('not_acceptable', { detail: `There are ${MEDIA_TYPES.join(', ')}` });
  return format;
}

/** `result` is the last key, so everything else is known before the first prime. */
async function* jsonTask(summary: TaskSummary, slices: Slices): Chunks {
  const head = JSON.stringify({ ...summary, result: [] });
  yield Buffer.from(head.slice(0, -2));
  yield* withoutLastByte(text(slices, ','));
  yield Buffer.from(']}');
}

function lines(_: TaskSummary, slices: Slices): Chunks {
  return text(slices, '\n');
}

async function* csv(_: TaskSummary, slices: Slices): Chunks {
  yield Buffer.from(CSV_HEADER);
  yield* text(slices, '\r\n');
}

/** Every prime in decimal, each followed by the separator. */
async function* text(slices: Slices, separator: string): Chunks {
  const allocate = alternating();
  for await (const slice of slices) {
    if (slice.kind === 'wheel')
      yield Buffer.from(slice.primes.map((prime) => `${prime}${separator}`).join(''));
    else yield* primeText(slice, { skip: slice.skip, take: slice.take, separator, allocate });
  }
}

/**
 * Two pieces of memory in turn. With memory of its own for each chunk, 330 MB a second of it, the api grew by 80 MB
 * while it streamed to one fast reader.
 */
function alternating(): (bytes: number) => Uint8Array<ArrayBuffer> {
  const kept = [new Uint8Array(), new Uint8Array()] as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return (bytes) => {
    kept.reverse();
    if (kept[0].length < bytes) kept[0] = new Uint8Array(bytes);
    return kept[0].subarray(0, bytes);
  };
}

/** Holds each chunk back until the next one is there, since only the last loses its separator. */
async function* withoutLastByte(chunks: Chunks): Chunks {
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held) yield held;
    held = chunk;
  }
  if (held) yield held.subarray(0, -1);
}
