import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import type { TestCertificate } from './certificate.ts';
import { stopProcess } from './stop-process.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Its data folder. */
  readonly dir: string;
  /** Stops the server; with SIGKILL it cannot write anything. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Stops or continues the process: while it is stopped, it accepts connections but responds to nothing. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /**
   * Starts it again on the same port with the same data folder. With `maxFileBytes`, no file can become larger, which for
   * Redis is the same as a full disk.
   */
  start(limits?: { readonly maxFileBytes?: number }): Promise<void>;
  /** Resolves with the exit code of the current process; null after a signal. */
  readonly exited: Promise<number | null>;
  /** Stops it and removes its data. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface RedisServerOptions {
  /** The password of its default user, and of its primary if it is a replica. */
  readonly password?: string;
  /** Accepts only TLS, with this certificate. */
  readonly tls?: TestCertificate;
  /** Read before the options below; a Sentinel writes to it. */
  readonly configFile?: string;
  /** Keeps acknowledged writes across a stop, as in production. */
  readonly appendonly?: boolean;
  /** More options of redis-server. */
  readonly args?: readonly string[];
}

/**
 * Runs a command with a maximum file size: `$1` is the size in blocks of 512 bytes, the rest is the command. Without `trap`,
 * a write beyond the limit would kill the process instead of failing.
 */
const WITH_FILE_LIMIT = 'ulimit -f "$1"; trap "" XFSZ; shift; exec "$@"';

/** Start attempts: another process can take the port between its choice and its use. */
const TRIES = 3;

/** Starts a redis-server on a free port, for tests that stop it. */
export async function startRedis(options: RedisServerOptions = {}): Promise<TestRedis> {
  for (let tries = 1; ; tries++) {
    const redis = await prepareRedis(options);
    try {
      await redis.start();
      return redis;
    } catch (error) {
      await redis[Symbol.asyncDispose]();
      if (tries === TRIES) throw error;
    }
  }
}

async function prepareRedis(options: RedisServerOptions): Promise<TestRedis> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'primes-test-redis-'));
  const persistence = options.appendonly
    ? ['--appendonly', 'yes', '--appendfsync', 'always']
    : ['--appendonly', 'no'];
  const login = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  const url = `redis${options.tls ? 's' : ''}://${login}127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;
  let exited = Promise.resolve<number | null>(null);

  const redis: TestRedis = {
    url,
    port,
    dir,
    get exited() {
      return exited;
    },
    async start({ maxFileBytes } = {}) {
      const args = [
        ...(options.configFile === undefined ? [] : [options.configFile]),
        ...portArgs(port, options.tls),
        ...(options.password === undefined ? [] : ['--requirepass', options.password]),
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--save',
        '',
        ...persistence,
        ...(options.args ?? []),
      ];
      const limit =
        maxFileBytes === undefined
          ? []
          : ['sh', '-c', WITH_FILE_LIMIT, 'sh', String(Math.floor(maxFileBytes / 512))];
      const [program = '', ...rest] = [...limit, redisServer(), ...args];
      const started = spawn(program, rest, { stdio: 'ignore' });
      child = started;
      started.unref();
      exited = once(started, 'exit').then(([code]) => code as number | null);
      const failed = exited.then(() => {
        throw new Error(`redis-server exited: is port ${port} in use?`);
      });
      await Promise.race([eventually(() => ping(url, options.tls), { timeoutMs: 60_000 }), failed]);
    },
    signal(signal) {
      child?.kill(signal);
    },
    async stop(signal = 'SIGTERM') {
      child?.ref();
      if (child) await stopProcess(child, signal);
    },
    async [Symbol.asyncDispose]() {
      await redis.stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
  return redis;
}

/** The Redis that all tests of a run share; every test uses its own keys (`uniquePrefix`). */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests through `npm run jest`');
  return url;
}

/** A unique key prefix, so that test files run in parallel on one server. */
export function uniquePrefix(): string {
  return `test-${randomUUID()}`;
}

function redisServer(): string {
  return process.env['REDIS_SERVER'] ?? 'redis-server';
}

function portArgs(port: number, tls: TestCertificate | undefined): string[] {
  if (!tls) return ['--port', String(port)];
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-replication', 'yes', '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.caFile],
  ];
}

async function ping(url: string, tls: TestCertificate | undefined): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    ...(tls && { tls: { ca: tls.ca } }),
  });
  // connect() rejects with the error; without a listener ioredis also prints it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    // After a refused connection, disconnect() would keep a timer for two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}
