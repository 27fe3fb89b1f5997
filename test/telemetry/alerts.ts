import { eventually } from '@primes/testing';

interface Active {
  readonly data: { readonly alerts: { name: string; state: string; annotations: Record<string, string> }[] };
}

interface Groups {
  readonly data: { readonly groups: { readonly rules: Rule[] }[] };
}

interface Rule {
  readonly name: string;
  /** Empty after an evaluation that went well. */
  readonly lastError: string;
}

/** What vmalert says of its rules. */
export class Alerts {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Names of the alerts that fire. */
  async firing(): Promise<string[]> {
    const answer = await fetch(`${this.#url}/api/v1/alerts`);
    const { data } = (await answer.json()) as Active;
    return [...new Set(data.alerts.filter(({ state }) => state === 'firing').map(({ name }) => name))];
  }

  /** The rules that it has read. */
  async rules(): Promise<readonly Rule[]> {
    const answer = await fetch(`${this.#url}/api/v1/rules`);
    const { data } = (await answer.json()) as Groups;
    return data.groups.flatMap(({ rules }) => rules);
  }

  /** Resolves once all of these fire. */
  async fire(...names: readonly string[]): Promise<void> {
    await this.#until(
      (firing) => names.every((name) => firing.includes(name)),
      `${names.join(', ')} to fire`,
    );
  }

  /** Resolves once none of these fires any more. */
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
