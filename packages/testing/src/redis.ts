import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends the server; with `signal` SIGKILL it gets no chance to write anything. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and the same data folder. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A redis-server of the caller's own on a free port, for tests that stop it.
 * `appendonly` makes it keep acknowledged writes over a stop, as production does.
 */
export async function startRedis(options: { appendonly?: boolean } = {}): Promise<TestRedis> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'primes-test-redis-'));
  const persistence = options.appendonly
    ? ['--appendonly', 'yes', '--appendfsync', 'always']
    : ['--appendonly', 'no'];
  const url = `redis://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;

  const redis: TestRedis = {
    url,
    port,
    async start() {
      const args = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--save',
        '',
        ...persistence,
      ];
      child = spawn(redisServer(), args, { stdio: 'ignore' });
      child.unref();
      await eventually(() => ping(url), { timeoutMs: 10_000 });
    },
    async stop(signal = 'SIGTERM') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.ref();
      child.kill(signal);
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await redis.stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

/** The Redis that the whole test run shares; every test keeps to keys of its own (`uniquePrefix`). */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests through `npm run jest`');
  return url;
}

/** A key prefix nobody else uses, so that test files run side by side on one server. */
export function uniquePrefix(): string {
  return `test-${randomUUID()}`;
}

function redisServer(): string {
  return process.env['REDIS_SERVER'] ?? 'redis-server';
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // The rejected connect() reports the failure; without a listener ioredis would print it as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    // On a connection that was refused it would hold a timer for two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}
