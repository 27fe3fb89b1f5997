/** A range of `bytes` bytes of the wheel, from `firstByte` on. */
export interface SieveRange {
  readonly firstByte: number;
  readonly bytes: number;
}

/** Pool → thread: sieve this range into `into`, whose buffer is transferred, or into new memory. */
export interface SieveRequest extends SieveRange {
  readonly into: Uint8Array<ArrayBuffer> | undefined;
}

/** Thread → pool: the response to a SieveRequest, in the order of the requests. The buffer is transferred. */
export interface SievedRange {
  readonly bitmap: Uint8Array<ArrayBuffer>;
  /** Number of set bits in `bitmap`. */
  readonly count: number;
}
