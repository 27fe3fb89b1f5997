import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually, freePort } from '@primes/testing';
import { NAMESPACE } from './kubectl.ts';

/** Milliseconds between the end of one `kubectl port-forward`, whose pod was deleted, and the next. */
const AGAIN_MS = 200;

/** A port on loopback that is forwarded to a Service, also after its pod was replaced. */
export async function forward(service: string, port: number) {
  const local = await freePort();
  let child: ChildProcess;
  let ready = false;
  let closed = false;
  let again: NodeJS.Timeout | undefined;

  function start(): void {
    const target = [`service/${service}`, `${local}:${port}`];
    child = spawn('kubectl', ['--namespace', NAMESPACE, 'port-forward', ...target], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout?.on('data', () => {
      ready = true;
    });
    child.once('exit', () => {
      ready = false;
      if (!closed) again = setTimeout(start, AGAIN_MS);
    });
  }

  start();
  await eventually(
    () => {
      if (!ready) throw new Error(`The port-forward to ${service}:${port} is not ready`);
    },
    { timeoutMs: 30_000 },
  );
  return {
    host: `127.0.0.1:${local}`,
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(again);
      if (!ready) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
