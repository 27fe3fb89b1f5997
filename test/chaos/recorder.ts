import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Event, History } from './history.ts';

type WithoutTime<One> = One extends Event ? Omit<One, 'at'> : never;

/** Writes a history: to memory, and to a file as JSON lines if there is one. */
export class Recorder {
  readonly #events: Event[] = [];
  readonly #start = performance.now();
  readonly #file: ReturnType<typeof createWriteStream> | undefined;

  constructor(file?: string) {
    this.#file = file === undefined ? undefined : createWriteStream(file);
  }

  /** Milliseconds since the start. */
  now(): number {
    return Math.round(performance.now() - this.#start);
  }

  record(event: WithoutTime<Event>): void {
    const line = JSON.stringify({ at: this.now(), ...event });
    // As a reader of the file sees it.
    this.#events.push(JSON.parse(line) as Event);
    this.#file?.write(`${line}\n`);
  }

  get history(): History {
    return this.#events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file) return;
    this.#file.end();
    await once(this.#file, 'close');
  }
}
