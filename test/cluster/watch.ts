import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from '@primes/testing';
import { NAMESPACE } from './kubectl.ts';

export interface Change {
  /** Milliseconds since the epoch when the change was observed. */
  readonly at: number;
  /** The output of the template, split at spaces. */
  readonly values: readonly string[];
}

/** Watches objects with `kubectl get --watch`; the first changes are their current state. */
export async function watch(what: readonly string[], template: string) {
  const changes: Change[] = [];
  const output = ['--watch', '--output', `jsonpath=${template}{"\\n"}`];
  const child = spawn('kubectl', ['--namespace', NAMESPACE, 'get', ...what, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    changes.push({ at: Date.now(), values: line.split(' ') });
  });
  await once(child, 'spawn');
  return {
    changes,
    /** Waits for the first change since `from` that `is` accepts. */
    async first(
      from: number,
      is: (values: readonly string[]) => boolean,
      timeoutMs = 60_000,
    ): Promise<Change> {
      return eventually(
        () => {
          const found = changes.find(({ at, values }) => at >= from && is(values));
          if (!found) throw new Error(`Of ${what.join(' ')}: ${JSON.stringify(changes.slice(-3))}`);
          return found;
        },
        { timeoutMs },
      );
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
export type Watch = Awaited<ReturnType<typeof watch>>;
