/**
 * A segment that the manifest promises and the store does not hold. Drop its entry and have it computed
 * again.
 */
export class MissingSegmentError extends Error {
  override readonly name = 'MissingSegmentError';
  readonly segment: number;

  constructor(segment: number) {
    super(`Segment ${segment} is not in the store`);
    this.segment = segment;
  }
}

/** A segment whose bytes are not what a writer stored. Drop its entry and have it computed again. */
export class CorruptSegmentError extends Error {
  override readonly name = 'CorruptSegmentError';
  readonly segment: number;
  /** What the first failed check found, for a log line. */
  readonly reason: string;

  constructor(segment: number, reason: string) {
    super(`Segment ${segment} is corrupt: ${reason}`);
    this.segment = segment;
    this.reason = reason;
  }
}
