import { lowestBit, nthSetBit } from './bits.ts';
import { DecimalCounter } from './decimal-counter.ts';
import { NUMBERS_PER_BYTE, RESIDUES } from './wheel30.ts';

/** A bitmap and its position: the first byte is byte `firstByte` of the wheel. */
export interface BitmapAt {
  readonly bitmap: Uint8Array;
  readonly firstByte: number;
}

const ZERO = '0'.charCodeAt(0);
const BYTES_PER_WORD = 4;
const BITS_PER_WORD = 32;
const NUMBERS_PER_WORD = BYTES_PER_WORD * NUMBERS_PER_BYTE;

/** For each bit of a word (four bytes, little-endian), the difference from the number of byte 0. */
const OFFSETS = Uint8Array.from(
  { length: BITS_PER_WORD },
  (_, bit) => NUMBERS_PER_BYTE * (bit >> 3) + RESIDUES[bit & 7],
);

/** The digits of 0 to 999 with leading zeros: the first digit in the lowest byte, 0 in the highest. */
const THREE_DIGITS = Uint32Array.from({ length: 1_000 }, (_, n) => {
  const [a, b, c] = [Math.floor(n / 100), Math.floor(n / 10) % 10, n % 10].map((digit) => ZERO + digit);
  return a | (b << 8) | (c << 16);
});

/** Numbers are stored as words, which may end this many bytes after the first digit, or after the last three. */
const OVERHANG = 16;

/**
 * Writes the numbers of set bits, ascending, into one buffer after another.
 *
 * Numbers are not divided. The last three digits come from a table. The digits before them stay the same for about fifty
 * numbers and are kept as text, which is stored as whole words: the next digits overwrite the excess.
 */
export class PrimeTextWriter {
  /** Maximum number of bytes of one number and its separator. */
  readonly longest: number;
  readonly #bitmap: DataView;
  readonly #separator: Uint8Array;
  /** The number without its last three digits, as a counter and as text. */
  readonly #thousands = new DecimalCounter();
  readonly #prefixBytes = new Uint8Array(OVERHANG);
  readonly #prefix = new DataView(this.#prefixBytes.buffer);
  /** Number of digits of the text: 0 for numbers below 1,000. */
  #prefixLength = 0;
  #left: number;
  /** Index in the bitmap of the current word. */
  #byte = 0;
  /** The bits of the current word that are not written yet. */
  #word = 0;
  /** The number of the current word's first byte, minus the thousands; may be negative. */
  #rest = 0;

  /** @pre the bitmap has at least `skip` + `count` set bits, or `count` is 0 */
  constructor(
    { bitmap, firstByte }: BitmapAt,
    { skip, count, separator }: { skip: number; count: number; separator: Uint8Array },
  ) {
    this.longest = String(NUMBERS_PER_BYTE * (firstByte + bitmap.length)).length + separator.length;
    this.#bitmap = new DataView(bitmap.buffer, bitmap.byteOffset, bitmap.length);
    this.#separator = separator;
    this.#left = count;
    if (count === 0) return;
    const bit = nthSetBit(bitmap, skip);
    this.#byte = BYTES_PER_WORD * Math.floor(bit / 32);
    this.#word = wordAt(this.#bitmap, this.#byte) & (-1 << (bit % 32));
    this.#rest = this.#carry(NUMBERS_PER_BYTE * (firstByte + this.#byte));
  }

  /** How many numbers are not written yet. */
  get left(): number {
    return this.#left;
  }

  /** Writes as many numbers as certainly fit into `chunk`, and returns their length in bytes. */
  fill(chunk: Uint8Array): number {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const lastStart = chunk.length - this.longest;
    const lastWordStart = chunk.length - BITS_PER_WORD * this.longest - OVERHANG;
    let end = 0;
    while (this.#left > 0 && end <= lastStart) {
      const fits = this.#left >= BITS_PER_WORD && end <= lastWordStart && this.#prefixLength > 0;
      end = fits ? this.#writeWords(view, end, lastWordStart) : this.#writeNumber(view, end);
    }
    return end;
  }

  /** Writes whole words while there is room for the longest; returns the end. */
  #writeWords(view: DataView, end: number, lastWordStart: number): number {
    const bitmap = this.#bitmap;
    const separator = this.#separator;
    const afterDigits = separator.length > 0 ? separator[0] << 24 : 0;
    let byte = this.#byte;
    let word = this.#word;
    let rest = this.#rest;
    let left = this.#left;
    let prefixLength = this.#prefixLength;
    const step = 3 + separator.length;
    const long = separator.length > 1;
    // One store instead of two. A copy may change the bits of a NaN, but digits are not a NaN.
    let prefix = this.#prefix.getFloat64(0, true);
    while (left >= BITS_PER_WORD && end <= lastWordStart) {
      while (word !== 0) {
        // With a call of `lowestBit` and a loop for every separator, it is slower: 498 to 628 MB/s in three runs, not 599
        // to 722.
        let number = rest + OFFSETS[31 - Math.clz32(word & -word)];
        word &= word - 1;
        left--;
        if (number >= 1_000) {
          rest -= number;
          number = this.#carry(number);
          rest += number;
          prefixLength = this.#prefixLength;
          prefix = this.#prefix.getFloat64(0, true);
        }
        view.setFloat64(end, prefix, true);
        // From 10^11 on.
        if (prefixLength > 8) view.setFloat64(end + 8, this.#prefix.getFloat64(8, true), true);
        end += prefixLength;
        view.setInt32(end, THREE_DIGITS[number] | afterDigits, true);
        if (long) for (let i = 1; i < separator.length; i++) view.setUint8(end + 3 + i, separator[i]);
        end += step;
      }
      byte += BYTES_PER_WORD;
      rest += NUMBERS_PER_WORD;
      word = wordAt(bitmap, byte);
    }
    this.#byte = byte;
    this.#word = word;
    this.#rest = rest;
    this.#left = left;
    return end;
  }

  /** Writes the next number, without leading zeros and without excess; returns the end. */
  #writeNumber(view: DataView, end: number): number {
    while (this.#word === 0) {
      this.#byte += BYTES_PER_WORD;
      this.#rest += NUMBERS_PER_WORD;
      this.#word = wordAt(this.#bitmap, this.#byte);
    }
    const offset = OFFSETS[lowestBit(this.#word)];
    this.#word &= this.#word - 1;
    this.#left--;
    if (this.#rest + offset >= 1_000) this.#rest = this.#carry(this.#rest + offset) - offset;
    const digits = THREE_DIGITS[this.#rest + offset];
    for (let i = 0; i < this.#prefixLength; i++) view.setUint8(end++, this.#prefix.getUint8(i));
    let leading = this.#prefixLength === 0;
    for (let i = 0; i < 3; i++) {
      const digit = (digits >> (8 * i)) & 0xff;
      leading &&= digit === ZERO;
      if (!leading) view.setUint8(end++, digit);
    }
    for (const byte of this.#separator) view.setUint8(end++, byte);
    return end;
  }

  /** Moves the thousands of `rest` to the prefix, and returns what remains. */
  #carry(rest: number): number {
    const thousands = Math.floor(rest / 1_000);
    this.#thousands.add(thousands);
    this.#prefixLength = this.#thousands.write(this.#prefixBytes, 0);
    return rest - 1_000 * thousands;
  }
}

/** Four bytes from `byte` on, little-endian; bytes past the end are 0. */
function wordAt(bitmap: DataView, byte: number): number {
  if (byte + BYTES_PER_WORD <= bitmap.byteLength) return bitmap.getInt32(byte, true);
  let word = 0;
  for (let i = bitmap.byteLength - 1; i >= byte; i--) word = (word << 8) | bitmap.getUint8(i);
  return word;
}
