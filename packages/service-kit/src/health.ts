/** One condition of readiness, evaluated for each probe; it must not do I/O. */
export type Check = () => boolean;

export interface Report {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/**
 * Whether a process is ready for traffic. Only checks with `gate` decide; the others are reported. So a process can
 * answer 503 with `Retry-After` while Redis is unavailable, which is more useful than a refused connection.
 */
export class Readiness {
  readonly #checks = new Map<string, { check: Check; gate: boolean }>();
  #stopping = false;

  add(name: string, check: Check, { gate }: { gate: boolean }): void {
    this.#checks.set(name, { check, gate });
  }

  /** Not ready from now on, whatever the checks return. */
  stop(): void {
    this.#stopping = true;
  }

  report(): Report {
    let ready = !this.#stopping;
    const checks: Record<string, 'ok' | 'failing'> = {};
    if (this.#stopping) checks['running'] = 'failing';
    for (const [name, { check, gate }] of this.#checks) {
      const ok = check();
      checks[name] = ok ? 'ok' : 'failing';
      if (gate && !ok) ready = false;
    }
    return { ready, checks };
  }
}
