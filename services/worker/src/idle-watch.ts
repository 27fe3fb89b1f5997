/** Calls back after a time without tasks. */
export class IdleWatch {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Starts the first period; `seconds` 0 disables it. */
  constructor(seconds: number, onIdle: () => void) {
    this.#idleMs = seconds * 1_000;
    this.#onIdle = onIdle;
    this.#wait();
  }

  runStarted(): void {
    this.#running += 1;
    clearTimeout(this.#timer);
  }

  runStopped(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#wait();
  }

  #wait(): void {
    if (this.#idleMs > 0) this.#timer = setTimeout(this.#onIdle, this.#idleMs);
  }
}
