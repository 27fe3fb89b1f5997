import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { stopProcess } from '@primes/testing';

/** A running bare.ts; `url` is that of its api. */
export interface BareProcess {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startBare(role: 'api' | 'worker', redisUrl: string): Promise<BareProcess> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/bare.ts`, role], {
    env: { PATH: process.env['PATH'], REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => stopProcess(child) };
}
