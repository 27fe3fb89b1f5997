import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startRedis } from '@primes/testing';
import { describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { startApi } from './api.ts';
import { CALLBACK, brief, fault, post, requests, type Checked } from './redis-requests.ts';
import { setUp } from './set-up.ts';

jest.setTimeout(180_000);

const { redis, operator, api } = await setUp(async (keep) => {
  // A delay in microseconds per loaded key, so that loading takes long enough.
  const own = keep(await startRedis({ appendonly: true, args: ['--key-load-delay', '200'] }));
  const redis = new Redis(own.url, { maxRetriesPerRequest: null }).on('error', () => undefined);
  keep({
    async [Symbol.asyncDispose]() {
      await redis.quit();
    },
  });
  const env = { REDIS_COMMAND_TIMEOUT_MS: '1000', WEBHOOK_ALLOWED_HOSTS: 'localhost' };
  return { redis: own, operator: redis, api: keep(await startApi({ REDIS_URL: own.url, ...env })) };
});

const set = (name: string, value: string | number) => operator.config('SET', name, value);
/** Closes all connections except the operator's. */
const killAll = async () => {
  for (const type of ['normal', 'pubsub'])
    await operator.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
};
const setting = (name: string, on: string | number, off: string | number): State => ({
  enter: () => set(name, on),
  leave: () => set(name, off),
});

interface State {
  readonly enter: () => Promise<unknown>;
  readonly leave: () => Promise<unknown>;
  /** Which requests it rejects; default: all. */
  readonly refuses?: 'some' | 'none';
}

let loaded: Promise<void> | undefined;
let endless: Promise<unknown> | undefined;

/** All states in which a server does not serve that a test can cause. */
const STATES: Record<string, State> = {
  'memory is full (OOM)': { ...setting('maxmemory', '1mb', 0), refuses: 'some' },
  'a replica (READONLY)': {
    refuses: 'some',
    enter: () => operator.replicaof('127.0.0.1', 1),
    leave: () => operator.replicaof('NO', 'ONE'),
  },
  'a replica without its primary (MASTERDOWN)': {
    async enter() {
      await set('replica-serve-stale-data', 'no');
      await operator.replicaof('127.0.0.1', 1);
    },
    async leave() {
      await operator.replicaof('NO', 'ONE');
      await set('replica-serve-stale-data', 'yes');
    },
  },
  'the disk is full (MISCONF)': {
    refuses: 'some',
    async enter() {
      await mkdir(await dumpFile());
      await set('save', '3600 1000000');
      await operator.bgsave();
      await eventually(async () => {
        expect(await operator.info('persistence')).toContain('rdb_last_bgsave_status:err');
      });
    },
    async leave() {
      await set('save', '');
      await rmdir(await dumpFile());
    },
  },
  'too few replicas (NOREPLICAS)': { ...setting('min-replicas-to-write', 1, 0), refuses: 'some' },
  'busy with a script (BUSY)': {
    async enter() {
      await set('busy-reply-threshold', 50);
      const script = new Redis(redis.url, { retryStrategy: () => null }).on('error', () => undefined);
      endless = script.eval('while true do end', 0).catch((error: unknown) => error);
      endless = endless.finally(() => {
        script.disconnect();
      });
      await eventually(async () => {
        await expect(operator.get('a')).rejects.toThrow('BUSY');
      });
    },
    async leave() {
      await operator.script('KILL');
      await endless;
    },
  },
  'no connection is free (maxclients)': {
    async enter() {
      await set('maxclients', 1);
      await killAll();
    },
    leave: () => set('maxclients', 10_000),
  },
  'the password has changed (NOAUTH)': {
    async enter() {
      await set('requirepass', 'another');
      await killAll();
    },
    leave: () => set('requirepass', ''),
  },
  'a permission is missing (NOPERM)': {
    enter: () => operator.acl('SETUSER', 'default', '-@all', '+acl', '+hello', '+info', '+client'),
    leave: () => operator.acl('SETUSER', 'default', '+@all'),
  },
  'no permission to publish (NOPERM)': {
    refuses: 'none',
    enter: () => operator.acl('SETUSER', 'default', 'resetchannels'),
    leave: () => operator.acl('SETUSER', 'default', '&*'),
  },
  'scripts are lost (NOSCRIPT)': {
    refuses: 'none',
    enter: () => operator.script('FLUSH'),
    leave: () => Promise.resolve(),
  },
  frozen: {
    enter: () => {
      redis.signal('SIGSTOP');
      return Promise.resolve();
    },
    leave: () => {
      redis.signal('SIGCONT');
      return Promise.resolve();
    },
  },
  'loading its data (LOADING)': {
    async enter() {
      const pipeline = operator.pipeline();
      for (let i = 0; i < 10_000; i++) pipeline.set(`filler:${i}`, i);
      await pipeline.exec();
      await redis.stop('SIGKILL');
      loaded = redis.start();
    },
    async leave() {
      await loaded;
      await operator.flushall();
    },
  },
  killed: {
    enter: () => redis.stop('SIGKILL'),
    leave: () => redis.start(),
  },
};

async function dumpFile(): Promise<string> {
  const [, dir = ''] = await operator.config('GET', 'dir');
  return join(dir, 'dump.rdb');
}

describe('in the Redis state', () => {
  it.each(Object.entries(STATES))('"%s", nothing returns 500, and everything recovers', async (_, state) => {
    const { request_id: id } = await eventually(() => api.submit({ text: 'a' }));
    await state.enter();
    const responses: Checked[] = [];
    try {
      // Twice, because the first request may only make a connection reconnect.
      for (const sent of [...requests(id), ...requests(id)]) responses.push(await fault(api, brief(sent)));
      for (const path of ['/health', '/livez']) await api.http('get', path).expect(200);
    } finally {
      await state.leave();
    }
    expect(responses.flatMap(({ fault = [] }) => fault)).toEqual([]);
    const { length: refused } = responses.filter(({ served }) => !served);
    if (state.refuses === 'some') expect(refused).toBeGreaterThan(0);
    else expect(refused).toBe(state.refuses === 'none' ? 0 : responses.length);

    await eventually(
      async () => {
        for (const extra of [{}, CALLBACK]) await api.submit({ text: 'a', ...extra });
        expect(
          (await api.send(post({ text: 'a', ...CALLBACK }, { 'idempotency-key': id }))).status,
        ).toBeLessThan(300);
        await api.http('get', '/tasks').expect(200);
        const { body } = await api.http('get', '/readyz').expect(200);
        expect(body).toMatchObject({ checks: { redis: 'ok' } });
      },
      { timeoutMs: 60_000, intervalMs: 100 },
    );
    expect(api.process.logs.filter(({ msg }) => msg === 'request failed')).toEqual([]);
  });
});
