/** One named condition of being ready, evaluated at each question; it must answer from memory. */
export type Check = () => boolean;

export interface Report {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/**
 * Whether a process wants traffic. Checks that `gate` decide; the others are only reported
 * (a process that can answer "Redis is away, come back" is more use than a refused connection).
 */
export class Readiness {
  readonly #checks = new Map<string, { check: Check; gate: boolean }>();
  #stopping = false;

  add(name: string, check: Check, { gate }: { gate: boolean }): void {
    this.#checks.set(name, { check, gate });
  }

  /** From now on not ready, whatever the checks say. */
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
