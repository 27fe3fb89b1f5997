import { crc32 } from 'node:zlib';
import { countBits, SEGMENT_BYTES, SEGMENT_NUMBERS, checkInteger } from '@primes/sieve/bitmap';
import { CorruptSegmentError } from './segment-errors.ts';

/** Bytes `[segment * SEGMENT_BYTES, (segment + 1) * SEGMENT_BYTES)` of the wheel-30 bitmap of all primes. */
export interface Segment {
  readonly segment: number;
  /** One bit per candidate; a set bit is a prime. */
  readonly bitmap: Uint8Array;
  /** Number of set bits in `bitmap`. */
  readonly count: number;
}

/**
 * Raised with every change of the format. It is also in the keys, so a reader never finds segments of another version.
 */
export const FORMAT_VERSION = 1;

/**
 * Length of the header in bytes. With the segment of 131,008 bytes and the 10 bytes that Redis adds, it fits into
 * jemalloc's size class of 131,072 bytes (see SEGMENT_BYTES).
 */
export const HEADER_BYTES = 32;

/** The last segment whose numbers are all safe integers. It fits into the header's 32 bits. */
export const LAST_SEGMENT = Math.floor(Number.MAX_SAFE_INTEGER / SEGMENT_NUMBERS) - 1;

// "PSEG" read as a little-endian integer.
const MAGIC = 0x47455350;
const NO_FLAGS = 0;

// Offsets of the header's fields. The bytes from RESERVED to CHECKSUM are zero; the checksum includes them.
const VERSION = 4;
const FLAGS = 6;
const SEGMENT = 8;
const BODY_BYTES = 12;
const COUNT = 16;
const RESERVED = 20;
const CHECKSUM = 28;

/** Memory for a bitmap with room for the header in front, so that `encodeSegment` does not copy it. */
export function allocateBitmap(bodyBytes = SEGMENT_BYTES): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(HEADER_BYTES + bodyBytes), HEADER_BYTES);
}

/**
 * The stored bytes of a segment: header, then the bitmap, in the bitmap's own memory if that is from `allocateBitmap`.
 * `count` is not checked here, because the sieve has just counted; `decodeSegment` checks it.
 *
 * @throws {RangeError} If the segment, the bitmap's length or the count is out of range.
 */
export function encodeSegment({ segment, bitmap, count }: Segment, bodyBytes = SEGMENT_BYTES): Buffer {
  checkInteger('segment', segment, { max: LAST_SEGMENT });
  checkInteger('bitmap.length', bitmap.length, { min: bodyBytes, max: bodyBytes });
  checkInteger('count', count, { min: 1, max: bodyBytes * 8 });
  const bytes = withHeader(bitmap);
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
 * Parses the bytes of `encodeSegment`, at any alignment; the bitmap is a view of them.
 *
 * @throws {CorruptSegmentError} If any byte was changed, removed or added, or if it is another segment.
 */
export function decodeSegment(segment: number, bytes: Uint8Array, bodyBytes = SEGMENT_BYTES): Segment {
  const check = (what: string, found: number, expected: number): void => {
    if (found !== expected)
      throw new CorruptSegmentError(segment, `${what} is ${found}, expected ${expected}`);
  };
  // The length first: then all fields below exist.
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
  // A writer may have miscounted: then every rank after this segment would be wrong.
  check('bit count', countBits(bitmap), count);
  return { segment, bitmap, count };
}

/** The bitmap with room for the header in front. */
function withHeader(bitmap: Uint8Array): Buffer {
  const length = HEADER_BYTES + bitmap.length;
  if (bitmap.byteOffset === HEADER_BYTES && bitmap.buffer.byteLength === length) {
    return Buffer.from(bitmap.buffer, 0, length);
  }
  const bytes = Buffer.allocUnsafe(length);
  bytes.set(bitmap, HEADER_BYTES);
  return bytes;
}

/** CRC-32 of the header before the checksum and of the body: it detects any single changed byte. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, CHECKSUM)));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
