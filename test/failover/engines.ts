import { eventually, startCluster, startSentinels, type TestRedis } from '@primes/testing';
import type { Redis } from 'ioredis';

/** In the slot of the queue. */
const KEY = '{bull}';

/** Injects a fault, resolves once another server serves the queue, and returns the end of the fault. */
type Fault = () => Promise<() => void | Promise<void>>;

/** Redis with replicas, and the faults that replace its primary. */
export interface Engine extends AsyncDisposable {
  /** Where Redis is, and the prefixes. */
  readonly env: Record<string, string>;
  readonly faults: Readonly<Record<string, Fault>>;
  /** The server that serves the queue. */
  primary(): Promise<Redis>;
  /** The servers that can replace it. */
  replicas(): Promise<readonly Redis[]>;
  /** Resolves once every server has its role, and the replicas follow their primary. */
  redundant(): Promise<void>;
}

/** `args` are options of all redis-servers. */
export const ENGINES = {
  /** A primary and two replicas behind three Sentinels, with TLS and passwords. */
  async Sentinel(args: readonly string[]): Promise<Engine> {
    const redis = await startSentinels(args);
    const primary = async () => (await redis.primary()).client;
    return {
      env: redis.env,
      faults: {
        'primary separated from the Sentinels only': () => redis.separate(),
        ...losses({
          primary: async () => (await redis.primary()).server,
          switched: ({ port }) => redis.switched(port),
          restart: (server) => redis.restart(server),
        }),
        'SENTINEL FAILOVER': healed(() => redis.failover()),
      },
      primary,
      replicas: () => redis.replicas(),
      redundant: redis.redundant,
      [Symbol.asyncDispose]: redis[Symbol.asyncDispose],
    };
  },

  /** Three primaries with a replica each. */
  async Cluster(args: readonly string[]): Promise<Engine> {
    const redis = await startCluster(args);
    return {
      env: { REDIS_URL: redis.url, QUEUE_PREFIX: KEY, STORE_PREFIX: '{primes}' },
      faults: {
        'CLUSTER FAILOVER': healed(() => redis.failover(KEY)),
        ...losses({
          primary: async () => (await redis.serving(KEY)).primary.server,
          switched: (server) => redis.switched(KEY, server),
          restart: (server) => server.start(),
        }),
        'slot of the queue moved to another primary': healed(() => redis.migrate(KEY)),
      },
      primary: async () => (await redis.serving(KEY)).primary.client,
      replicas: async () => [(await redis.serving(KEY)).replica].flatMap((node) => node?.client ?? []),
      redundant: redis.redundant,
      [Symbol.asyncDispose]: redis[Symbol.asyncDispose],
    };
  },
};
export type EngineName = keyof typeof ENGINES;

/** A fault that ends by itself. */
function healed(inject: () => Promise<void>): Fault {
  return async () => {
    await inject();
    return () => undefined;
  };
}

interface Servers {
  readonly primary: () => Promise<TestRedis>;
  readonly switched: (from: TestRedis) => Promise<void>;
  readonly restart: (server: TestRedis) => Promise<void>;
}

/** Faults of the server alone. */
function losses({ primary, switched, restart }: Servers): Record<string, Fault> {
  return {
    'primary frozen (SIGSTOP)': async () => {
      const server = await primary();
      server.signal('SIGSTOP');
      await switched(server);
      return () => {
        server.signal('SIGCONT');
      };
    },
    'primary killed': async () => {
      const server = await primary();
      await server.stop('SIGKILL');
      await switched(server);
      return () => restart(server);
    },
  };
}

/** Watches replicas until one is a primary; `at` is that time in ms since the epoch. */
export function watchPromotion(replicas: readonly Redis[]) {
  const watch: { at?: number; stop: () => void } = {
    stop: () => {
      watching = false;
    },
  };
  let watching = true;
  for (const replica of replicas)
    void eventually(
      async () => {
        if (!watching) return;
        if ((await replica.role())[0] !== 'master') throw new Error('It is a replica');
        watch.at ??= Date.now();
        watching = false;
      },
      { timeoutMs: 120_000 },
    ).catch(() => undefined);
  return watch;
}
