import { withoutSecrets } from './error-fields.ts';

/** Whether it is an error reply of Redis, and not a connection error. */
export function isErrorReply(error: unknown): error is Error {
  return Error.isError(error) && error.name === 'ReplyError';
}

/**
 * Logs that a reachable Redis rejects commands: one line when it starts, and one when all rejected operations have
 * succeeded again. Lost connections are logged elsewhere.
 */
export class RejectionLog {
  readonly #log: Record<'warn' | 'info', (fields: object, message: string) => void>;
  readonly #rejected = new Set<string>();

  constructor(log: Record<'warn' | 'info', (fields: object, message: string) => void>) {
    this.#log = log;
  }

  /** Redis may accept one operation while it rejects another: at `maxmemory` it still reads and deletes. */
  rejected(operation: string, error: unknown): void {
    if (!isErrorReply(error)) return;
    if (this.#rejected.size === 0)
      this.#log.warn({ reason: withoutSecrets(error.message) }, 'redis rejects commands');
    this.#rejected.add(operation);
  }

  accepted(operation: string): void {
    if (this.#rejected.delete(operation) && this.#rejected.size === 0) {
      this.#log.info({}, 'redis accepts commands');
    }
  }
}
