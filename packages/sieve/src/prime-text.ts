import { countBits } from './bits.ts';
import { PrimeTextWriter, type BitmapAt } from './prime-text-writer.ts';
import { TEXT_CHUNK_BYTES } from './tuning.ts';

export interface PrimeTextOptions {
  /** How many set bits to pass over first. */
  readonly skip: number;
  /** How many numbers to write; those that the bitmap does not have are left out. */
  readonly take: number;
  /** ASCII, written after every number, the last one too. */
  readonly separator: string;
  /** The most bytes in one chunk. */
  readonly chunkBytes?: number;
  /** Where a chunk of at most so many bytes is written to; memory of its own unless given. */
  readonly allocate?: (bytes: number) => Uint8Array<ArrayBuffer>;
}

/**
 * The numbers of the set bits of a bitmap as ASCII text, in chunks. No chunk ends within a number or a
 * separator. The bitmap must stay as it is until the last chunk is out.
 *
 * @throws {RangeError} If `skip` or `take` is not an integer from 0 up, `separator` is not ASCII, or
 * `chunkBytes` is too small for the longest number and the separator
 */
export function primeText(
  source: BitmapAt,
  { skip, take, separator, chunkBytes = TEXT_CHUNK_BYTES, allocate = ownMemory }: PrimeTextOptions,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  checkCount('skip', skip);
  checkCount('take', take);
  const count = Math.max(0, Math.min(take, countBits(source.bitmap) - skip));
  const writer = new PrimeTextWriter(source, { skip, count, separator: asciiBytes(separator) });
  if (!Number.isInteger(chunkBytes) || chunkBytes < writer.longest) {
    throw new RangeError(
      `\`chunkBytes\` must be an integer from ${writer.longest} up: received ${chunkBytes}`,
    );
  }
  return chunks(writer, chunkBytes, allocate);
}

function ownMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function* chunks(writer: PrimeTextWriter, chunkBytes: number, allocate: typeof ownMemory) {
  while (writer.left > 0) {
    const chunk = allocate(Math.min(chunkBytes, writer.left * writer.longest));
    yield chunk.subarray(0, writer.fill(chunk));
  }
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`\`${name}\` must be an integer from 0 up: received ${value}`);
  }
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (code > 0x7f) throw new RangeError(`\`separator\` must be ASCII: received ${JSON.stringify(text)}`);
    return code;
  });
}
