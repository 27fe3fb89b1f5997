/** Bytes of the wheel from `firstByte` on. */
export interface SieveRange {
  readonly firstByte: number;
  readonly bytes: number;
}

/** Pool → thread: sieve this range into that memory, whose buffer is transferred, or else into new. */
export interface SieveRequest extends SieveRange {
  readonly into: Uint8Array<ArrayBuffer> | undefined;
}

/** Thread → pool: the answer to one SieveRequest, in the order of the requests. The buffer is transferred. */
export interface SievedRange {
  readonly bitmap: Uint8Array<ArrayBuffer>;
  /** How many bits of `bitmap` are set. */
  readonly count: number;
}
