import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { startRedis, startService, type ServiceProcess, type TestRedis } from '@primes/testing';
import { Client } from './client.ts';

const PREFIXES = {
  LOG_LEVEL: 'info',
  QUEUE_PREFIX: 'bench',
  STORE_PREFIX: 'bench-primes',
  MAX_QUEUED: '1000000',
};

/** The service on this machine: its own Redis, an api, and workers that come and go. */
export interface System {
  readonly redis: TestRedis;
  readonly api: ServiceProcess;
  startWorker(env?: Record<string, string>): Promise<ServiceProcess>;
  client(connections: number): Client;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startSystem(): Promise<System> {
  const redis = await startRedis();
  const env = { ...PREFIXES, REDIS_URL: redis.url };
  const api = await startService('api', env);
  return {
    redis,
    api,
    startWorker: (more = {}) => startService('worker', { ...env, ...more }),
    client: (connections) => new Client(api.url, { connections }),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** What the figures were measured on. */
export function describeMachine(): string {
  const redis = /v=(\S+)/.exec(
    execFileSync(process.env['REDIS_SERVER'] ?? 'redis-server', ['--version']).toString(),
  );
  const model = cpus()[0]?.model ?? 'unknown CPU';
  return `${model}, ${availableParallelism()} CPUs; Node ${process.version}; Redis ${redis?.[1] ?? 'of unknown version'}, append-only file off`;
}

/** Resident memory of a process in MB (Linux). */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}
