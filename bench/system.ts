import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { startRedis, startService, type ServiceProcess, type TestRedis } from '@primes/testing';
import { Client } from './client.ts';

export const QUEUE_PREFIX = 'bench';
export const STORE_PREFIX = 'bench-primes';

const ENV = { LOG_LEVEL: 'info', QUEUE_PREFIX, STORE_PREFIX, MAX_QUEUED: '10000000', MAX_N: '1000000000' };

/** A running system: its own Redis, an api, and all services started later. Disposing stops them. */
export interface System {
  readonly redis: TestRedis;
  readonly api: ServiceProcess;
  start(service: 'api' | 'worker' | 'metrics-gateway', env?: Record<string, string>): Promise<ServiceProcess>;
  client(connections: number): Client;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `root` is the checkout whose build to run; default: this one. */
export async function startSystem(root?: string): Promise<System> {
  const redis = await startRedis();
  const env = { ...ENV, REDIS_URL: redis.url };
  const started: ServiceProcess[] = [];
  const start: System['start'] = async (service, more = {}) => {
    const child = await startService(service, { ...env, ...more }, { program: 'built', root });
    started.push(child);
    return child;
  };
  const api = await start('api');
  return {
    redis,
    api,
    start,
    client: (connections) => new Client(api.url, { connections }),
    async [Symbol.asyncDispose]() {
      for (const child of started) await child[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Describes the machine of the measurements. */
export function describeMachine(): string {
  const redis = /v=(\S+)/.exec(
    execFileSync(process.env['REDIS_SERVER'] ?? 'redis-server', ['--version']).toString(),
  );
  const model = cpus()[0]?.model ?? 'unknown CPU';
  return `${model}, ${availableParallelism()} CPUs; Node ${process.version}; Redis ${redis?.[1] ?? 'of unknown version'}, append-only file off`;
}
