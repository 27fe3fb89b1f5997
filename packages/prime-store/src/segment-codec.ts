import { crc32 } from 'node:zlib';
import { countBits, SEGMENT_BYTES, SEGMENT_NUMBERS } from '@primes/sieve';
import { checkInteger } from './check-integer.ts';
import { CorruptSegmentError } from './segment-errors.ts';

/** Bytes `[segment * SEGMENT_BYTES, (segment + 1) * SEGMENT_BYTES)` of the wheel-30 bitmap of all primes. */
export interface Segment {
  readonly segment: number;
  /** One bit a candidate; a set bit is a prime. */
  readonly bitmap: Uint8Array;
  /** How many bits of `bitmap` are set. */
  readonly count: number;
}

/**
 * Raised with every change to the bytes. It is in the keys too, so a reader never meets another version's
 * segments.
 */
export const FORMAT_VERSION = 1;

/**
 * Length of the header in bytes. Redis adds 10 of its own to a value of this size, and jemalloc hands out
 * 131,072: 131,008 + 32 + 10 fit with 22 to spare. A body of 131,072 would take the next class, 163,840, and
 * waste a fifth of it.
 */
export const HEADER_BYTES = 32;

/** The last segment whose numbers are all exact as doubles. It fits the header's 32 bits. */
export const LAST_SEGMENT = Math.floor(Number.MAX_SAFE_INTEGER / SEGMENT_NUMBERS) - 1;

// "PSEG" read as a little-endian integer.
const MAGIC = 0x47455350;
const NO_FLAGS = 0;

// Offsets of the header's fields. The bytes from RESERVED to CHECKSUM are zero, and the checksum covers them.
const VERSION = 4;
const FLAGS = 6;
const SEGMENT = 8;
const BODY_BYTES = 12;
const COUNT = 16;
const RESERVED = 20;
const CHECKSUM = 28;

/** Memory for a bitmap that `encodeSegment` can put a header in front of, so that it need not copy it. */
export function allocateBitmap(bodyBytes = SEGMENT_BYTES): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(HEADER_BYTES + bodyBytes), HEADER_BYTES);
}

/**
 * The bytes of a segment as they are stored: header, then the bitmap, in the bitmap's own memory if it came
 * from `allocateBitmap`. `count` is taken at its word, since the thread that sieved has it already;
 * `decodeSegment` checks it.
 *
 * @throws {RangeError} If the segment, the bitmap's length or the count cannot be those of a segment.
 */
export function encodeSegment({ segment, bitmap, count }: Segment, bodyBytes = SEGMENT_BYTES): Buffer {
  checkInteger('segment', segment, { most: LAST_SEGMENT });
  checkInteger('bitmap.length', bitmap.length, { least: bodyBytes, most: bodyBytes });
  checkInteger('count', count, { least: 1, most: bodyBytes * 8 });
  const bytes = behindHeader(bitmap);
  const header = viewOf(bytes);
  header.setUint32(0, MAGIC, true);
  header.setUint16(VERSION, FORMAT_VERSION, true);
  header.setUint16(FLAGS, NO_FLAGS, true);
  header.setUint32(SEGMENT, segment, true);
  header.setUint32(BODY_BYTES, bodyBytes, true);
  header.setUint32(COUNT, count, true);
  bytes.fill(0, RESERVED, CHECKSUM);
  header.setUint32(CHECKSUM, checksum(bytes), true);
  return bytes;
}

/**
 * Reads what `encodeSegment` wrote; the bitmap is a view of `bytes`, at any alignment.
 *
 * @throws {CorruptSegmentError} If any byte was changed, lost or added, or if it is not this segment.
 */
export function decodeSegment(segment: number, bytes: Uint8Array, bodyBytes = SEGMENT_BYTES): Segment {
  const check = (what: string, found: number, expected: number): void => {
    if (found !== expected)
      throw new CorruptSegmentError(segment, `${what} is ${found}, expected ${expected}`);
  };
  // The length first: with it, every field below is there to be read.
  check('length', bytes.length, HEADER_BYTES + bodyBytes);
  const header = viewOf(bytes);
  check('magic', header.getUint32(0, true), MAGIC);
  check('format version', header.getUint16(VERSION, true), FORMAT_VERSION);
  check('flags', header.getUint16(FLAGS, true), NO_FLAGS);
  check('segment', header.getUint32(SEGMENT, true), segment);
  check('body length', header.getUint32(BODY_BYTES, true), bodyBytes);
  check('checksum', checksum(bytes), header.getUint32(CHECKSUM, true));
  const bitmap = bytes.subarray(HEADER_BYTES);
  const count = header.getUint32(COUNT, true);
  // Bytes as written, but by a writer that miscounted: every rank after this segment would be off.
  check('bit count', countBits(bitmap), count);
  return { segment, bitmap, count };
}

/** The bitmap with room for a header in front. */
function behindHeader(bitmap: Uint8Array): Buffer {
  const length = HEADER_BYTES + bitmap.length;
  if (bitmap.byteOffset === HEADER_BYTES && bitmap.buffer.byteLength === length) {
    return Buffer.from(bitmap.buffer, 0, length);
  }
  const bytes = Buffer.allocUnsafe(length);
  bytes.set(bitmap, HEADER_BYTES);
  return bytes;
}

/** CRC-32 of the header before the checksum, then of the body: any one changed byte changes it. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, CHECKSUM)));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
