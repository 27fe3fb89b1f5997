import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { V8_FLAGS } from '@primes/service-kit/runtime';
import { startRedis, startTcpProxy } from '@primes/testing';
import { Redis } from 'ioredis';
import { connectionsTo } from './connections.ts';
import { createClock, findLibfaketime } from './clock.ts';
import { mountDisk } from './disk.ts';
import { CLOCK_PROCESSES, type ProcessName } from './kinds.ts';
import { ManagedProcess } from './managed-process.ts';
import { createNames } from './names.ts';
import { startReceiver } from './receiver.ts';
import type { Recorder } from './recorder.ts';
import type { Subject } from './subject.ts';

export type ChaosSystem = Awaited<ReturnType<typeof createSystem>>;

/** The name of the driver's own connections in CLIENT LIST. */
const OWN_CONNECTION = 'chaos';

interface SystemOptions {
  readonly subject: Subject;
  readonly recorder: Recorder;
  /** Modules to preload into each process. */
  readonly preload?: readonly string[] | undefined;
  readonly env?: Record<string, string> | undefined;
}

/** A Redis, the processes of a subject, which `start` starts, each with its own way to Redis, and everything that a fault can change. */
export async function createSystem({ subject, recorder, preload = [], env = {} }: SystemOptions) {
  // Disposed of here if the start fails, otherwise with the system.
  await using building = new AsyncDisposableStack();
  let parts = building;
  const dir = await mkdtemp(join(tmpdir(), 'primes-chaos-'));
  parts.defer(() => rm(dir, { recursive: true }));
  const secrets = {
    redis: secret('redis'),
    rotated: secret('rotated'),
    idempotency: secret('idempotency'),
    webhook: secret('webhook'),
  };

  const redis = parts.use(await startRedis({ appendonly: true, password: secrets.redis }));
  await redis.stop();
  const disk = await mountDisk(redis.dir);
  parts.defer(async () => {
    await redis.stop('SIGKILL');
    await disk?.[Symbol.asyncDispose]();
  });
  await redis.start();
  const connect = () => {
    const client = new Redis(redis.url, {
      connectionName: OWN_CONNECTION,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
    client.on('error', () => undefined);
    parts.defer(() => {
      client.disconnect();
    });
    return client;
  };

  const receiver = parts.use(await startReceiver(recorder));
  const names = await createNames(dir);
  const otherAddress = parts.use(await startTcpProxy(redis.port));
  const library = await findLibfaketime();
  const networks = new Map<string, Network>();
  const processes = new Map<string, ManagedProcess>();
  const clocks = new Map<string, Awaited<ReturnType<typeof createClock>>>();

  async function prepare(name: ProcessName): Promise<void> {
    const proxy = parts.use(await startTcpProxy(redis.port));
    networks.set(name, { proxy, move: alternate(proxy, [otherAddress.port, redis.port]) });
    const isClocked = (CLOCK_PROCESSES as readonly string[]).includes(name);
    const clock = library !== undefined && isClocked ? await createClock(library, dir, name) : undefined;
    if (clock) clocks.set(name, clock);
    const own = {
      REDIS_URL: `redis://localhost:${proxy.port}`,
      REDIS_PASSWORD: secrets.redis,
      IDEMPOTENCY_SECRET: secrets.idempotency,
      WEBHOOK_SECRET: `whsec_${Buffer.from(secrets.webhook).toString('base64')}`,
      WEBHOOK_ALLOWED_HOSTS: 'localhost',
      WEBHOOK_BACKOFF_MS: '500',
      WEBHOOK_TIMEOUT_MS: '2000',
      // The start of a task is logged at this level.
      LOG_LEVEL: 'debug',
      NODE_OPTIONS: [...V8_FLAGS, ...[names.preload, ...preload].map(importOption)].join(' '),
      ...names.env,
      ...clock?.env,
      ...env,
    };
    const process = new ManagedProcess(name, recorder, () => subject.start(name, own));
    processes.set(name, parts.use(process));
  }

  for (const name of subject.processes) await prepare(name);
  const operator = connect();
  parts = building.move();
  return {
    redis,
    operator,
    connect,
    disk,
    receiver,
    names,
    secrets,
    processes: [...processes.values()],
    start: () => Promise.all([...processes.values()].map((process) => process.up())),
    process: (name: string) => found(processes, name),
    network: (name: string) => found(networks, name),
    clock: (name: string) => found(clocks, name),
    /** Open connections of each process to Redis. */
    get connections() {
      return Object.fromEntries(
        Array.from(networks, ([name, { proxy }]) => {
          const pid = processes.get(name)?.current?.pid;
          return [name, pid === undefined ? 0 : connectionsTo(proxy.port, pid)];
        }),
      );
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Network {
  readonly proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  /** Moves the address: new connections take another way to Redis. */
  readonly move: () => void;
}

function secret(name: string): string {
  // Characters that each encoding represents differently.
  return `${name}/s3cret+of:this@run?${randomBytes(8).toString('hex')}`;
}

function importOption(module: string): string {
  return `--import=${pathToFileURL(module).href}`;
}

function alternate(proxy: Network['proxy'], ports: readonly [number, number]): () => void {
  let moves = 0;
  return () => {
    proxy.moveTo(ports[moves++ % 2] ?? ports[0]);
  };
}

function found<Part>(parts: ReadonlyMap<string, Part>, name: string): Part {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`There is no ${name}`);
  return part;
}
