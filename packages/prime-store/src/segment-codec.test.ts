import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { SEGMENT_BYTES } from '@primes/sieve/bitmap';
import fc from 'fast-check';
import { allocateBitmap, decodeSegment, encodeSegment, HEADER_BYTES, LAST_SEGMENT } from './segment-codec.ts';
import { CorruptSegmentError } from './segment-errors.ts';

const BODY_BYTES = 24;
const small = segmentOf(
  7,
  Uint8Array.from({ length: BODY_BYTES }, (_, i) => i * 37),
);

function segmentOf(segment: number, bitmap: Uint8Array) {
  let count = 0;
  for (const byte of bitmap) count += byte.toString(2).replaceAll('0', '').length;
  return { segment, bitmap, count };
}

function decodeSmall(bytes: Uint8Array, segment = 7) {
  return decodeSegment(segment, bytes, BODY_BYTES);
}

/** The encoded `small` with `others` from `offset` on and a valid checksum. */
function forged(offset: number, others: readonly number[]): Buffer {
  const bytes = encodeSegment(small, BODY_BYTES);
  bytes.set(others, offset);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, 28))), 28);
  return bytes;
}

describe('encodeSegment() and decodeSegment()', () => {
  it('return the same segment, at any alignment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: LAST_SEGMENT }),
        fc.uint8Array({ minLength: BODY_BYTES, maxLength: BODY_BYTES }).filter((body) => body.some(Boolean)),
        fc.integer({ min: 0, max: 15 }),
        (segment, bitmap, shift) => {
          const encoded = encodeSegment(segmentOf(segment, bitmap), BODY_BYTES);
          const moved = new Uint8Array(encoded.length + shift);
          moved.set(encoded, shift);

          const decoded = decodeSmall(moved.subarray(shift), segment);

          expect({ ...decoded, bitmap: [...decoded.bitmap] }).toEqual({
            ...segmentOf(segment, bitmap),
            bitmap: [...bitmap],
          });
          // A view: nothing was copied.
          expect(decoded.bitmap.buffer).toBe(moved.buffer);
        },
      ),
    );
  });

  it('do not copy a bitmap that was allocated with room for the header', () => {
    const roomy = { ...small, bitmap: allocateBitmap(BODY_BYTES) };
    roomy.bitmap.set(small.bitmap);
    const encoded = encodeSegment(roomy, BODY_BYTES);
    expect(encoded.buffer).toBe(roomy.bitmap.buffer);
    expect(encoded.equals(encodeSegment(small, BODY_BYTES))).toBe(true);
    expect(encodeSegment(small, BODY_BYTES).buffer).not.toBe(small.bitmap.buffer);
  });

  it('keep a segment of the default size within an allocation of 131,072 bytes', () => {
    const full = segmentOf(0, new Uint8Array(SEGMENT_BYTES).fill(0x55));
    const bytes = encodeSegment(full);
    // Redis keeps 9 bytes before and 1 after a string of this length.
    expect(bytes.length + 10).toBeLessThanOrEqual(131_072);
    expect(bytes.length + 10).toBeGreaterThan(131_072 - 64);
    expect(decodeSegment(0, bytes).count).toBe(SEGMENT_BYTES * 4);
  });

  it('keep the bytes of the header stable', () => {
    const bytes = encodeSegment(small, BODY_BYTES);
    expect(bytes.subarray(0, 28).toString('hex')).toBe(
      ['50534547', '0100', '0000', '07000000', '18000000', '5a000000', '0000000000000000'].join(''),
    );
  });
});

describe('decodeSegment()', () => {
  it('detects a change of any byte to any other value', () => {
    const bytes = encodeSegment(small, BODY_BYTES);
    for (let at = 0; at < bytes.length; at++) {
      for (let flip = 1; flip <= 255; flip++) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(bytes.readUInt8(at) ^ flip, at);
        if (!isRejected(damaged)) throw new Error(`Byte ${at} changed by ${flip} was not detected`);
      }
    }
  });

  it('detects missing bytes at the end and an added byte', () => {
    const bytes = encodeSegment(small, BODY_BYTES);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSmall(bytes.subarray(0, length))).toThrow(`length is ${length}, expected 56`);
    }
    expect(() => decodeSmall(Buffer.concat([bytes, Buffer.of(0)]))).toThrow('length is 57, expected 56');
  });

  it('names the check that failed, even if the checksum is valid', () => {
    const cases: [string, number, number[]][] = [
      ['magic is 0, expected 1195725648', 0, [0, 0, 0, 0]],
      ['format version is 2, expected 1', 4, [2]],
      ['flags is 1, expected 0', 6, [1]],
      ['segment is 8, expected 7', 8, [8]],
      ['body length is 23, expected 24', 12, [23]],
      ['bit count is 90, expected 91', 16, [91]],
    ];
    for (const [reason, offset, others] of cases) {
      expect(() => decodeSmall(forged(offset, others))).toThrow(new CorruptSegmentError(7, reason));
    }
  });

  it('rejects a segment with another index and names the requested one', () => {
    const bytes = encodeSegment(small, BODY_BYTES);
    expect(() => decodeSmall(bytes, 6)).toThrow(
      expect.objectContaining({ segment: 6, reason: 'segment is 7, expected 6' }),
    );
  });
});

describe('encodeSegment()', () => {
  it('rejects invalid segments', () => {
    const cases = [
      { ...small, segment: -1 },
      { ...small, segment: 1.5 },
      { ...small, segment: LAST_SEGMENT + 1 },
      { ...small, bitmap: small.bitmap.subarray(1) },
      // The bitmap of a buffer that was transferred to a thread.
      { ...small, bitmap: new Uint8Array(0) },
      { ...small, count: 0 },
      { ...small, count: BODY_BYTES * 8 + 1 },
      { ...small, count: NaN },
    ];
    for (const segment of cases) expect(() => encodeSegment(segment, BODY_BYTES)).toThrow(RangeError);
  });
});

function isRejected(bytes: Uint8Array): boolean {
  try {
    decodeSmall(bytes);
    return false;
  } catch (error) {
    return error instanceof CorruptSegmentError;
  }
}
