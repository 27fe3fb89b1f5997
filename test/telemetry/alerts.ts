import { eventually } from '@primes/testing';

interface Active {
  readonly data: { readonly alerts: { name: string; state: string; annotations: Record<string, string> }[] };
}

interface Groups {
  readonly data: { readonly groups: { readonly rules: Rule[] }[] };
}

interface Rule {
  readonly name: string;
  /** Empty after a successful evaluation. */
  readonly lastError: string;
}

/** The state of the rules in vmalert. */
export class Alerts {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Names of the firing alerts. */
  async firing(): Promise<string[]> {
    const response = await fetch(`${this.#url}/api/v1/alerts`);
    const { data } = (await response.json()) as Active;
    return [...new Set(data.alerts.filter(({ state }) => state === 'firing').map(({ name }) => name))];
  }

  /** The loaded rules. */
  async rules(): Promise<readonly Rule[]> {
    const response = await fetch(`${this.#url}/api/v1/rules`);
    const { data } = (await response.json()) as Groups;
    return data.groups.flatMap(({ rules }) => rules);
  }

  /** Waits until all of these fire. */
  async fire(...names: readonly string[]): Promise<void> {
    await this.#until(
      (firing) => names.every((name) => firing.includes(name)),
      `${names.join(', ')} to fire`,
    );
  }

  /** Waits until none of these fires. */
  async resolve(...names: readonly string[]): Promise<void> {
    await this.#until(
      (firing) => !names.some((name) => firing.includes(name)),
      `${names.join(', ')} to resolve`,
    );
  }

  async #until(holds: (firing: readonly string[]) => boolean, what: string): Promise<void> {
    await eventually(
      async () => {
        const firing = await this.firing();
        if (!holds(firing)) throw new Error(`Waiting for ${what}; firing: ${firing.join(', ') || 'none'}`);
      },
      { timeoutMs: 90_000, intervalMs: 200 },
    );
  }
}
