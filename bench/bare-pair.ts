import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of bare.ts that is ready; `url` is that of the api. */
export interface BareProcess {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startBare(role: 'api' | 'worker', redisUrl: string): Promise<BareProcess> {
  const child = spawn(process.execPath, ['--conditions=source', `${import.meta.dirname}/bare.ts`, role], {
    env: { PATH: process.env['PATH'], REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
