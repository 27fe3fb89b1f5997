import type { ServerResponse } from 'node:http';

/** Writes a body no faster than the client reads it, and closes the connection of a client that does not read. */
export class PacedWriter {
  readonly #res: ServerResponse;
  readonly #stall: NodeJS.Timeout;
  #waiting = 0;

  /** @param stallMs milliseconds within which the client must read what is written */
  constructor(res: ServerResponse, stallMs: number) {
    this.#res = res;
    this.#stall = setTimeout(() => {
      if (this.waiting) res.destroy();
    }, stallMs);
  }

  /** Whether written data waits for the client. */
  get waiting(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves once the kernel has the whole chunk, so that its memory can be reused, or the client has disconnected. */
  write(chunk: Uint8Array | string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const done = () => {
      this.#res.off('close', done);
      resolve(undefined);
    };
    this.#waiting++;
    this.#stall.refresh();
    this.#res.once('close', done);
    this.#res.write(chunk, done);
    return promise.then(() => {
      this.#waiting--;
    });
  }

  close(): void {
    clearTimeout(this.#stall);
  }
}
