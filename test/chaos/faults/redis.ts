import type { Redis } from 'ioredis';
import type { Inject } from './inject.ts';

function restart(signal: 'SIGTERM' | 'SIGKILL'): Inject {
  return async ({ redis }) => {
    await redis.stop(signal);
    return () => redis.start();
  };
}

function setting(name: string, faulty: string, normal: string): Inject {
  return async ({ operator }) => {
    await operator.config('SET', name, faulty);
    return async () => {
      await operator.config('SET', name, normal);
    };
  };
}

/** Closes the connections of a type, except the driver's own. */
async function killClients(operator: Redis, type: string): Promise<void> {
  await operator.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
}

/** A script that runs until it is killed; Redis answers BUSY after this many milliseconds. */
const ENDLESS = 'while true do end';
const BUSY_AFTER = 100;

export const REDIS_FAULTS = {
  'redis-restart': restart('SIGTERM'),
  'redis-kill': restart('SIGKILL'),
  'redis-stop': ({ redis }) => {
    redis.signal('SIGSTOP');
    return Promise.resolve(() => {
      redis.signal('SIGCONT');
      return Promise.resolve();
    });
  },
  // Another user fills the memory. All ended tasks together take less than is missing, so the api removes none.
  'redis-full': setting('maxmemory', '1', '0'),
  'redis-replicas': setting('min-replicas-to-write', '1', '0'),
  'redis-disk-full': async ({ redis, disk, operator }) => {
    const { exited } = redis;
    await disk?.fill();
    return async () => {
      await disk?.makeRoom();
      // Its next write has ended Redis, unless there was none.
      const ended = await Promise.race([exited.then(() => true), operator.ping().then(() => false)]);
      if (ended) await redis.start();
    };
  },
  'redis-read-only': async ({ operator }) => {
    // Nothing listens there: it keeps its data.
    await operator.replicaof('127.0.0.1', 1);
    return async () => {
      await operator.replicaof('NO', 'ONE');
    };
  },
  'redis-busy': async ({ operator, connect }) => {
    await operator.config('SET', 'busy-reply-threshold', BUSY_AFTER);
    const other = connect();
    const killed = other.eval(ENDLESS, 0).catch(() => undefined);
    return async () => {
      await operator.script('KILL');
      await killed;
      other.disconnect();
    };
  },
  'redis-password': async ({ operator, secrets }) => {
    await operator.config('SET', 'requirepass', secrets.rotated);
    await killClients(operator, 'normal');
    return async () => {
      await operator.config('SET', 'requirepass', secrets.redis);
    };
  },
  'redis-script-flush': async ({ operator }) => {
    await operator.script('FLUSH');
    return () => Promise.resolve();
  },
  'redis-kill-clients': async ({ operator }, type) => {
    await killClients(operator, type);
    return () => Promise.resolve();
  },
} satisfies Record<string, Inject>;
