import { checkInteger } from './check-integer.ts';
import { countBits } from './bits.ts';
import { PrimeTextWriter, type BitmapAt } from './prime-text-writer.ts';
import { TEXT_CHUNK_BYTES } from './tuning.ts';

export interface PrimeTextOptions {
  /** Number of set bits to skip. */
  readonly skip: number;
  /** Maximum number of numbers to write. */
  readonly take: number;
  /** ASCII, written after every number, including the last one. */
  readonly separator: string;
  /** Maximum number of bytes of a chunk. */
  readonly chunkBytes?: number;
  /** Returns memory for a chunk of at most this many bytes. Default: new memory. */
  readonly allocate?: (bytes: number) => Uint8Array<ArrayBuffer>;
}

/**
 * The numbers of the set bits of a bitmap as ASCII text, in chunks. No chunk ends within a number or a separator. The
 * bitmap must not change before the last chunk.
 *
 * @throws {RangeError} If `skip` or `take` is not a non-negative integer, `separator` is not ASCII, or `chunkBytes` is too
 * small for the longest number and the separator.
 */
export function primeText(
  source: BitmapAt,
  { skip, take, separator, chunkBytes = TEXT_CHUNK_BYTES, allocate = ownMemory }: PrimeTextOptions,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  checkInteger('skip', skip);
  checkInteger('take', take);
  const count = Math.max(0, Math.min(take, countBits(source.bitmap) - skip));
  const writer = new PrimeTextWriter(source, { skip, count, separator: asciiBytes(separator) });
  checkInteger('chunkBytes', chunkBytes, { min: writer.longest });
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

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (code > 0x7f) throw new RangeError(`\`separator\` must be ASCII: received ${JSON.stringify(text)}`);
    return code;
  });
}
