/** Why a running task must stop before its end. */
export type InterruptionKind =
  /** The process is told to stop: another worker goes on. */
  | 'hand-over'
  /** A client has cancelled it. */
  | 'cancelled'
  /** It has had its time, counted from the first start of work. */
  | 'timeout'
  /** Redis says that another worker has it by now. */
  | 'lock-lost'
  /** This process has it again, after the lock was lost, before the run that lost it has ended. */
  | 'still-running';

/** The reason with which a task's signal is aborted, and what its work then throws. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;

  constructor(kind: InterruptionKind) {
    super(`Interrupted: ${kind}`);
    this.kind = kind;
  }
}
