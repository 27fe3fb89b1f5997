import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogLine, ServiceProcess } from '@primes/testing';
import type { Redis } from 'ioredis';
import type { Subject } from './subject.ts';

const QUEUE = 'bare';
const BARE = fileURLToPath(new URL('../../bench/bare.ts', import.meta.url));

/** The bare Express and BullMQ pair of the benchmarks. It has no GET: its tasks are read from Redis. */
export const bare: Subject = {
  name: 'bare',
  queue: QUEUE,
  processes: ['api-1', 'api-2', 'worker-1', 'worker-2'],
  start: (process, env) => startBare(process.startsWith('api') ? 'api' : 'worker', env),
  task(random) {
    const n = random.int(1, 1_000);
    return { input: { n }, query: '', expected: { status: 'done', result: { count: n }, attempts: 1 } };
  },
  async readFrom(redis: Redis, id: string) {
    const [data, finishedOn, returned] = await redis.hmget(
      `bull:${QUEUE}:${id}`,
      'data',
      'finishedOn',
      'returnvalue',
    );
    if (data == null) return { http: { status: 404, retryAfter: null } };
    const http = { status: 200, retryAfter: null };
    if (finishedOn == null) return { http, status: 'pending' };
    if (returned == null) return { http, status: 'failed', result: null };
    return { http, status: 'done', result: JSON.parse(returned) as unknown };
  },
};

async function startBare(role: 'api' | 'worker', env: Record<string, string>): Promise<ServiceProcess> {
  const { REDIS_URL = '', REDIS_PASSWORD = '' } = env;
  const url = REDIS_URL.replace('//', `//:${encodeURIComponent(REDIS_PASSWORD)}@`);
  const child = spawn(process.execPath, [BARE, role], {
    env: { PATH: process.env['PATH'], ...env, REDIS_URL: url },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const started = await Promise.race([line, exited]);
  if (!Array.isArray(started)) throw new Error(`The bare ${role} exited with ${started}`);
  const { port } = JSON.parse(started[0]) as { port: number };
  const logs: LogLine[] = [];
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    logs,
    kill: (signal) => child.kill(signal),
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
