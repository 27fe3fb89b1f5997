import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Principal } from '@primes/contracts';
import { ConfigError, type Logger } from '@primes/service-kit';
import { digestOf, parseKeys, type Key } from './key-file.ts';

/**
 * Milliseconds between two reads of the file. It is read, not watched: then it does not matter whether it, a link to it (the
 * volume of a Kubernetes Secret) or its folder was replaced, and on which file system.
 */
const REREAD_MS = 1_000;

/** The keys of a file, which is read again once a second. The old keys stay if it becomes invalid. */
export class KeyStore {
  readonly #file: string;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #text: string;
  #keys: ReadonlyMap<number, readonly Key[]>;
  /** Logged once, not every second. */
  #problem: string | undefined;

  /** @throws {ConfigError} if the file is invalid or cannot be read */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
    try {
      this.#text = readFileSync(file, 'utf8');
      this.#keys = indexOf(parseKeys(this.#text));
    } catch (error) {
      throw new ConfigError(`AUTH_KEYS_FILE: ${file}: ${(error as Error).message}`);
    }
    this.#timer = setInterval(() => void this.#reread(), REREAD_MS).unref();
  }

  /**
   * The principal of a key. Digests are compared in constant time. The index reveals at most four bytes of one to a client that
   * measures time, and a key does not follow from its whole digest.
   */
  find(key: string): Principal | undefined {
    const digest = digestOf(key);
    const candidates = this.#keys.get(prefixOf(digest)) ?? [];
    return candidates.find((candidate) => timingSafeEqual(candidate.digest, digest))?.principal;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #reread(): Promise<void> {
    try {
      const text = await readFile(this.#file, 'utf8');
      if (text !== this.#text) {
        const keys = parseKeys(text);
        this.#keys = indexOf(keys);
        this.#text = text;
        this.#log.info({ keys: keys.length }, 'api keys reloaded');
      }
      this.#problem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#problem) this.#log.error({ reason: message }, 'api keys not reloaded');
      this.#problem = message;
    }
  }
}

/** By the first bytes of the digest, so that the time of a request does not grow with the number of keys. */
function indexOf(keys: readonly Key[]): ReadonlyMap<number, readonly Key[]> {
  return Map.groupBy(keys, ({ digest }) => prefixOf(digest));
}

function prefixOf(digest: Buffer): number {
  return digest.readUInt32BE(0);
}
