import type { RangeSieve } from './range-sieve.ts';
import { checkRange } from './segment-sieve.ts';
import { SievingPrimes } from './sieving-primes.ts';
import { NUMBERS_PER_BYTE } from './wheel30.ts';

/** What assembly/index.ts exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly SEGMENT: WebAssembly.Global;
  readonly SEGMENT_BYTES: WebAssembly.Global;
  readonly PRIMES: WebAssembly.Global;
  readonly PRIMES_CAPACITY: WebAssembly.Global;
  sieve(firstByte: number, bytes: number, primeCount: number): number;
}

/** The kernel needs all primes up to 251, which its patterns cross off. */
const MIN_END = 256 ** 2;

/** An instance of the WebAssembly kernel (assembly/). It writes the same bytes as `sieveSegment`. */
export class KernelSieve implements RangeSieve {
  readonly #kernel: KernelExports;
  readonly #segment: Uint8Array;
  readonly #primes = new SievingPrimes();
  /** The primes in the memory of the kernel. */
  #given: Uint32Array | undefined;
  #givenCount = 0;

  constructor(module: WebAssembly.Module) {
    this.#kernel = new WebAssembly.Instance(module).exports as KernelExports;
    const { memory, SEGMENT, SEGMENT_BYTES } = this.#kernel;
    // The memory never grows; that would detach its buffer.
    this.#segment = new Uint8Array(memory.buffer, SEGMENT.value, SEGMENT_BYTES.value);
  }

  sieve(out: Uint8Array, firstByte: number): number {
    checkRange({ firstByte, bytes: out.length });
    this.#givePrimes(NUMBERS_PER_BYTE * (firstByte + out.length));
    let count = 0;
    for (let from = 0; from < out.length; from += this.#segment.length) {
      const bytes = Math.min(this.#segment.length, out.length - from);
      count += this.#kernel.sieve(firstByte + from, bytes, this.#givenCount);
      // The caller owns the buffer. Of the 450 µs of a segment this takes 3, or 30 if the buffer is new.
      out.set(this.#segment.subarray(0, bytes), from);
    }
    return count;
  }

  #givePrimes(end: number): void {
    const primes = this.#primes.sufficientFor(Math.max(end, MIN_END));
    if (primes === this.#given) return;
    const { memory, PRIMES, PRIMES_CAPACITY } = this.#kernel;
    // There may be more than MAX_NUMBER needs, because their limit at least doubles.
    this.#givenCount = Math.min(primes.length, PRIMES_CAPACITY.value);
    new Uint32Array(memory.buffer, PRIMES.value, this.#givenCount).set(primes.subarray(0, this.#givenCount));
    this.#given = primes;
  }
}
