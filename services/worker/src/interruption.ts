/** Why a running task must stop early. */
export type InterruptionKind =
  /** The process is shutting down: another worker continues. */
  | 'hand-over'
  /** A client has cancelled it. */
  | 'cancelled'
  /** The timeout, counted from the first start. */
  | 'timeout'
  /** It was not started within its queue timeout. */
  | 'expired'
  /** The lock is lost, so another worker may have the task. */
  | 'lock-lost'
  /** This process has fetched the task again, but its run that lost the lock has not ended. */
  | 'still-running';

/** The reason with which the signal of a run is aborted. The run then fails with it. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;

  constructor(kind: InterruptionKind) {
    super(`Interrupted: ${kind}`);
    this.kind = kind;
  }
}
