import { once } from 'node:events';
import { eventually, startRedis, startTcpProxy, uniquePrefix } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { commonConfig } from '../src/common-config.ts';
import { parseConfig } from '../src/config.ts';
import { Liveness } from '../src/liveness.ts';
import { QueueWorker } from '../src/queue-worker.ts';
import { RedisConnections } from '../src/redis-connections.ts';
import type { ServiceRedis } from '../src/redis.ts';
import { RejectionLog } from '../src/rejection-log.ts';

/** The limit for a worker to take jobs again, or for its process to be restarted. */
const RECOVERY = { timeoutMs: 60_000 };

type Fixture = Awaited<ReturnType<typeof startFixture>>;

/** A Redis, a queue, and a worker that connects through a proxy and records the jobs that it has completed. */
async function startFixture() {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  const prefix = uniquePrefix();
  const admin = new Redis(redis.url, { maxRetriesPerRequest: null });
  admin.on('error', () => undefined);
  const queue = new Queue('jobs', { connection: admin, prefix });
  queue.on('error', () => undefined);

  const log = pino({ level: 'silent' });
  const stopped = new AbortController();
  const connections = new RedisConnections({
    service: 'fixture',
    commandTimeoutMs: 2_000,
    observe: () => undefined,
    log,
  });
  const liveness = new Liveness(parseConfig(commonConfig, { REDIS_URL: proxy.url }), {
    metricPrefix: 'echo',
    connections,
    registry: new Registry(),
    log,
    signal: stopped.signal,
  });
  const main = connections.background({ url: proxy.url, prefix }) as ServiceRedis;
  const done: string[] = [];
  const held = Promise.withResolvers<undefined>();
  let holding = false;
  const worker = new QueueWorker<object, void>(
    'jobs',
    async (job) => {
      if (holding) await held.promise;
      done.push(job.id ?? '');
    },
    {
      connection: main,
      prefix,
      // As in the worker service.
      drainDelay: 1,
      clock: Date,
      liveness,
      rejections: new RejectionLog(log),
      loop: 'jobs',
      redis: { url: proxy.url, prefix },
    },
  );
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  const blocking = (await worker.backend.blockingClient) as unknown as Redis;

  const fixture = {
    redis,
    proxy,
    admin,
    queue,
    prefix,
    worker,
    main,
    blocking,
    liveness,
    done,
    /** Adds a job and returns its id. */
    add: async (): Promise<string> => {
      return (await queue.add('job', {})).id ?? '';
    },
    /** Resolves once the worker completes a new job. */
    completesJob: async (): Promise<void> => {
      const id = await fixture.add();
      await eventually(() => {
        expect(done).toContain(id);
      }, RECOVERY);
    },
    /** Resolves once the worker runs a job that blocks. */
    hold: async (): Promise<string> => {
      holding = true;
      const id = await fixture.add();
      await eventually(async () => {
        expect(await queue.getActiveCount()).toBe(1);
      });
      return id;
    },
    /** Completes that job. */
    release: (): void => {
      holding = false;
      held.resolve(undefined);
    },
    /** Resolves once the liveness probe fails. */
    isStalled: async (): Promise<void> => {
      await eventually(() => {
        expect(Object.keys(liveness.stalled())).toContain('jobs');
      }, RECOVERY);
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      held.resolve(undefined);
      // The worker may be unable to close, so its connections are closed separately.
      void worker.close(true).catch(() => undefined);
      connections.close();
      blocking.disconnect();
      await queue.close().catch(() => undefined);
      admin.disconnect();
      await proxy[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
  await fixture.completesJob();
  return fixture;
}

/** Waits until a connection is between two attempts to connect. */
const reconnecting = (client: Redis) =>
  eventually(
    () => {
      if (client.status !== 'reconnecting') throw new Error(`It is ${client.status}`);
    },
    { intervalMs: 1 },
  );

/** Each known way for BullMQ's worker to stop taking jobs, and how it recovers. */
const FAULTS: Record<string, { inject: (fixture: Fixture) => unknown; recoversBy: 'itself' | 'restart' }> = {
  'its blocking connection has ended (bullmq#4378)': {
    inject: ({ blocking }) => {
      blocking.disconnect();
    },
    recoversBy: 'itself',
  },
  'its other connection has ended': {
    inject: ({ main }) => {
      main.disconnect();
    },
    recoversBy: 'restart',
  },
  'its blocking connection is disconnected between two attempts (bullmq#4585)': {
    async inject({ redis, blocking }) {
      await redis.stop();
      await reconnecting(blocking);
      // This clears the timer of the next attempt without an event.
      blocking.disconnect();
      await redis.start();
    },
    recoversBy: 'restart',
  },
  'its other connection is disconnected between two attempts': {
    async inject({ redis, main }) {
      await redis.stop();
      await reconnecting(main);
      main.disconnect();
      await redis.start();
    },
    recoversBy: 'restart',
  },
  'Redis was stopped for longer than a blocking read (bullmq#4585, #2964)': {
    async inject({ redis, blocking }) {
      let attempts = 0;
      blocking.on('reconnecting', () => (attempts += 1));
      await redis.stop();
      // Six attempts take at least 2.3 s, and BullMQ abandons a read of one second after two.
      await eventually(() => {
        expect(attempts).toBeGreaterThanOrEqual(6);
      }, RECOVERY);
      await redis.start();
    },
    recoversBy: 'itself',
  },
  'Redis rejects its blocking read (bullmq#648)': {
    async inject({ admin, worker }) {
      const rejected = once(worker, 'error');
      await admin.call('ACL', 'SETUSER', 'default', '-bzpopmin');
      await rejected;
    },
    recoversBy: 'itself',
  },
  'Redis ends its blocking read': {
    inject: ({ admin }) =>
      eventually(async () => {
        const clients = (await admin.call('CLIENT', 'LIST', 'TYPE', 'NORMAL')) as string;
        const id = /^id=(\d+) .* cmd=bzpopmin /m.exec(clients)?.[1] ?? '0';
        expect(await admin.call('CLIENT', 'UNBLOCK', id, 'ERROR')).toBe(1);
      }),
    recoversBy: 'itself',
  },
  'its fetch loop has ended': {
    inject: ({ worker }) => worker.pause(),
    recoversBy: 'restart',
  },
  'Redis has closed its connections': {
    inject: ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'NORMAL'),
    recoversBy: 'itself',
  },
  'Redis has paused all clients for 10 s': {
    inject: ({ admin }) => admin.call('CLIENT', 'PAUSE', '10000', 'ALL'),
    recoversBy: 'itself',
  },
  'Redis has lost its scripts': {
    inject: ({ admin }) => admin.call('SCRIPT', 'FLUSH'),
    recoversBy: 'itself',
  },
  'Redis has lost all data': {
    inject: ({ admin }) => admin.call('FLUSHALL'),
    recoversBy: 'itself',
  },
  'the lock of its job is gone': {
    async inject({ admin, queue, hold, release }) {
      const id = await hold();
      await admin.del(queue.toKey(`${id}:lock`));
      release();
    },
    recoversBy: 'itself',
  },
  'its sockets are half open (bullmq#4138)': {
    inject: ({ proxy }) => {
      proxy.stale();
    },
    recoversBy: 'itself',
  },
  'the network loses all bytes, also of new connections': {
    async inject({ proxy }) {
      const before = proxy.accepted;
      proxy.set('hole');
      await eventually(() => {
        expect(proxy.accepted).toBeGreaterThan(before + 1);
      }, RECOVERY);
      proxy.set('pass');
    },
    recoversBy: 'itself',
  },
  'its connections are reset ten times': {
    async inject({ proxy }) {
      const before = proxy.accepted;
      proxy.set('cut');
      await eventually(() => {
        expect(proxy.accepted).toBeGreaterThan(before + 10);
      }, RECOVERY);
      proxy.set('pass');
    },
    recoversBy: 'itself',
  },
};

/** Reasons for a worker to take no jobs that do not justify a restart of its process. */
const IDLE: Record<string, (fixture: Fixture) => Promise<unknown>> = {
  'runs a job in each slot': ({ hold }) => hold(),
  'finds the queue paused': ({ queue }) => queue.pause(),
  'is rate-limited while it runs a job': async ({ hold, queue, add, worker }) => {
    worker.concurrency = 2;
    await queue.setGlobalRateLimit(1, 600_000);
    await hold();
    await add();
  },
  'has reached the global concurrency': async ({ hold, queue, add, worker }) => {
    worker.concurrency = 2;
    await queue.setGlobalConcurrency(1);
    await hold();
    await add();
  },
  'cannot read the queue': async ({ admin, queue }) => {
    await admin.set(queue.toKey('wait'), 'not a list');
  },
};

describe('QueueWorker', () => {
  it.concurrent('is alive while it has a reason to take no jobs', async () => {
    await using stuck = await startFixture();
    stuck.main.disconnect();
    await using fixtures = new AsyncDisposableStack();
    const idle = await Promise.all(
      Object.entries(IDLE).map(async ([reason, arrange]) => {
        const fixture = fixtures.use(await startFixture());
        await arrange(fixture);
        return { reason, liveness: fixture.liveness };
      }),
    );
    // This worker was the first, so any other stalled one would be detected soon after it.
    await stuck.isStalled();
    await stuck.isStalled();
    for (const { reason, liveness } of idle)
      expect({ reason, stalled: liveness.stalled() }).toEqual({ reason, stalled: {} });
  });

  for (const [fault, { inject, recoversBy }] of Object.entries(FAULTS)) {
    it.concurrent(`recovers by ${recoversBy} when ${fault}`, async () => {
      await using fixture = await startFixture();
      await inject(fixture);
      if (recoversBy === 'itself') await fixture.completesJob();
      else await fixture.isStalled();
    });
  }
});
