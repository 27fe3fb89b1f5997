import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { MALLOC_ARENA_MAX, V8_FLAGS } from '@primes/service-kit/runtime';
import { stopProcess } from '@primes/testing';
import { ROOT } from '../project.ts';
import type { Service } from './services.ts';

/** Together with the stop of Redis afterwards, Ctrl-C takes less than 5 s. */
const STOP_MS = 4_000;

/** Stops a service when this process was killed. */
const END_WITH_PARENT = new URL('end-with-parent.mjs', import.meta.url).href;

/** Running services. Disposing stops them, within STOP_MS. */
export interface Running extends AsyncDisposable {
  /** Resolves when a service exits: which one, and how. */
  readonly firstEnd: Promise<string>;
}

/** Starts services on the running Node; they write to this process's stdout and stderr. */
export function startServices(services: readonly Service[], env: NodeJS.ProcessEnv): Running {
  const children = services.map(({ name, main }) => {
    const child = spawn(process.execPath, [...V8_FLAGS, '--import', END_WITH_PARENT, main], {
      cwd: ROOT,
      env: { ...env, MALLOC_ARENA_MAX },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    return { name, child, ended: once(child, 'exit') };
  });
  return {
    firstEnd: Promise.race(
      children.map(async ({ name, child, ended }) => {
        await ended;
        return `${name} exited unexpectedly with ${howItEnded(child)}`;
      }),
    ),
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(({ child }) => stopProcess(child, 'SIGTERM', STOP_MS)));
    },
  };
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return exitCode === null ? `signal ${signalCode ?? 'unknown'}` : `exit code ${exitCode}`;
}
