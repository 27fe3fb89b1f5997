/** Tells when nothing was worked on for a while. */
export class IdleWatch {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  /** The first while counts from now; with 0 `seconds` there is none. */
  constructor(seconds: number, onIdle: () => void) {
    this.#idleMs = seconds * 1_000;
    this.#onIdle = onIdle;
    this.#wait();
  }

  taskStarted(): void {
    this.#running += 1;
    clearTimeout(this.#timer);
  }

  taskLeft(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#wait();
  }

  #wait(): void {
    if (this.#idleMs > 0) this.#timer = setTimeout(this.#onIdle, this.#idleMs);
  }
}
