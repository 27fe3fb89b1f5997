import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../project.ts';
import type { Service } from './services.ts';

/** With the Redis that is stopped afterwards this leaves Ctrl-C under 5 s. */
const STOP_MS = 4_000;

/** Ends a service when this process has been killed and cannot do it any more. */
const END_WITH_PARENT = new URL('end-with-parent.mjs', import.meta.url).href;

/** Services that run. Disposing of them stops those that still do, in STOP_MS at most. */
export interface Running extends AsyncDisposable {
  /** Resolves once a service has ended: which, and how. */
  readonly firstEnd: Promise<string>;
}

/** Starts services on this very Node; what they write goes where this process writes. */
export function startServices(services: readonly Service[], env: NodeJS.ProcessEnv): Running {
  const children = services.map(({ name, main }) => {
    // Memory as in the images: the Dockerfile says why.
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=16', '--expose-gc', '--import', END_WITH_PARENT, main],
      {
        cwd: ROOT,
        env: { ...env, MALLOC_ARENA_MAX: '1' },
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      },
    );
    return { name, child, ended: once(child, 'exit') };
  });
  return {
    firstEnd: Promise.race(
      children.map(async ({ name, child, ended }) => {
        await ended;
        return `${name} has ended by itself with ${howItEnded(child)}`;
      }),
    ),
    async [Symbol.asyncDispose]() {
      const signalAll = (signal: NodeJS.Signals) => {
        // Does nothing to one that has ended.
        for (const { child } of children) child.kill(signal);
      };
      signalAll('SIGTERM');
      const overdue = setTimeout(signalAll, STOP_MS, 'SIGKILL');
      await Promise.all(children.map(({ ended }) => ended));
      clearTimeout(overdue);
    },
  };
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return exitCode === null ? `signal ${signalCode ?? 'unknown'}` : `exit code ${exitCode}`;
}
