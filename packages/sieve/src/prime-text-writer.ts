import { lowestBit, nthSetBit } from './bits.ts';
import { DecimalCounter } from './decimal-counter.ts';
import { NUMBERS_PER_BYTE, RESIDUES } from './wheel30.ts';

/** A bitmap, and which byte of the wheel its first one is. */
export interface BitmapAt {
  readonly bitmap: Uint8Array;
  readonly firstByte: number;
}

// The number 30k + r is 10 (3k + TENS) and the last digit of r.
const TENS_PER_BYTE = NUMBERS_PER_BYTE / 10;
const TENS = RESIDUES.map((residue) => Math.floor(residue / 10));
const LAST_DIGIT = RESIDUES.map((residue) => '0'.charCodeAt(0) + (residue % 10));

/**
 * Writes the numbers of set bits, ascending, into one buffer after another.
 *
 * Since 30 is a multiple of 10, the last digit follows from the bit alone, and from one number to the next
 * the tens grow by little: they are kept as digits and added to, so no number is ever divided.
 */
export class PrimeTextWriter {
  /** The most bytes that one number and its separator take. */
  readonly longest: number;
  readonly #bitmap: Uint8Array;
  readonly #separator: Uint8Array;
  readonly #tens = new DecimalCounter();
  #left: number;
  #byte = 0;
  /** What is still to be written of `#byte`. */
  #bits = 0;
  /** What has to be added to `#tens` for the tens of the first number of `#byte`; may be negative. */
  #lag = 0;

  /** @pre the bitmap has `skip` + `count` bits set, or `count` is 0 */
  constructor(
    { bitmap, firstByte }: BitmapAt,
    { skip, count, separator }: { skip: number; count: number; separator: Uint8Array },
  ) {
    this.longest = String(NUMBERS_PER_BYTE * (firstByte + bitmap.length)).length + separator.length;
    this.#bitmap = bitmap;
    this.#separator = separator;
    this.#left = count;
    if (count === 0) return;
    const bit = nthSetBit(bitmap, skip);
    this.#byte = Math.floor(bit / 8);
    this.#bits = bitmap[this.#byte] & (0xff << (bit % 8));
    this.#tens.add(TENS_PER_BYTE * (firstByte + this.#byte));
  }

  /** How many numbers are still to be written. */
  get left(): number {
    return this.#left;
  }

  /** Writes as many numbers as surely fit into `chunk` and returns how many bytes they take. */
  fill(chunk: Uint8Array): number {
    const bitmap = this.#bitmap;
    const separator = this.#separator;
    const tens = this.#tens;
    const lastStart = chunk.length - this.longest;
    let left = this.#left;
    let byte = this.#byte;
    let bits = this.#bits;
    let lag = this.#lag;
    let end = 0;
    while (left > 0 && end <= lastStart) {
      while (bits === 0) {
        bits = bitmap[++byte];
        lag += TENS_PER_BYTE;
      }
      const bit = lowestBit(bits);
      bits &= bits - 1;
      tens.add(lag + TENS[bit]);
      lag = -TENS[bit];
      end = tens.write(chunk, end);
      chunk[end++] = LAST_DIGIT[bit];
      for (let i = 0; i < separator.length; i++) chunk[end++] = separator[i];
      left--;
    }
    this.#left = left;
    this.#byte = byte;
    this.#bits = bits;
    this.#lag = lag;
    return end;
  }
}
