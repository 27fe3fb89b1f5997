/** Whether Redis responds on a connection: a silent one is detected without commands of the service. */
export class ResponseCheck {
  readonly #timeoutMs: number;
  #sentAt: number | undefined;
  #silent = false;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether a check has been sent that has no response yet. */
  get pending(): boolean {
    return this.#sentAt !== undefined;
  }

  /** Whether the last check has a response, or is not overdue. */
  get passed(): boolean {
    const waited = this.#sentAt === undefined ? 0 : performance.now() - this.#sentAt;
    return !this.#silent && waited <= this.#timeoutMs;
  }

  /** For a new connection. */
  reset(): void {
    this.#sentAt = undefined;
    this.#silent = false;
  }

  /** Sends a command, and resolves with whether there was a response. */
  async send(command: () => Promise<unknown>): Promise<boolean> {
    this.#sentAt = performance.now();
    try {
      await command();
      this.#silent = false;
    } catch (error) {
      // A user without permission for the command gets a response too.
      this.#silent = !(error as Error).message.startsWith('NOPERM');
    }
    this.#sentAt = undefined;
    return !this.#silent;
  }
}
