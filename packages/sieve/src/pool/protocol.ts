/** Pool → thread: sieve the bytes of the wheel from `firstByte` on. */
export interface SieveRange {
  readonly firstByte: number;
  readonly bytes: number;
}

/** Thread → pool: the answer to one SieveRange, in the order of the requests. The buffer is transferred. */
export interface SievedRange {
  readonly bitmap: Uint8Array<ArrayBuffer>;
  /** How many bits of `bitmap` are set. */
  readonly count: number;
}
