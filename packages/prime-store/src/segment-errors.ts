/** A segment has no entry in the manifest, or no bytes. Drop its entry and recompute it. */
export class MissingSegmentError extends Error {
  override readonly name = 'MissingSegmentError';
  readonly segment: number;

  constructor(segment: number) {
    super(`Segment ${segment} is not in the store`);
    this.segment = segment;
  }
}

/** The bytes of a segment have changed since it was stored. Drop its entry and recompute it. */
export class CorruptSegmentError extends Error {
  override readonly name = 'CorruptSegmentError';
  readonly segment: number;
  /** The first failed check, for the log. */
  readonly reason: string;

  constructor(segment: number, reason: string) {
    super(`Segment ${segment} is corrupt: ${reason}`);
    this.segment = segment;
    this.reason = reason;
  }
}
