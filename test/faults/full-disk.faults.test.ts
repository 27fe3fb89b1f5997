import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@primes/testing';
import { load } from '../support/load.ts';
import { HOLD, startSystem } from '../support/system.ts';

jest.setTimeout(180_000);

type System = Awaited<ReturnType<typeof startSystem>>;

/** What the append-only file can still grow by: a few hundred tasks. */
const ROOM_BYTES = 1_000_000;
const TASKS = { clients: 4, inputs: [{ text: 'a' }], pauseMs: 5 };
const UNAVAILABLE = { status: 503, retryAfter: '1', type: 'urn:primes:problem:redis_unavailable' };

/** Restarts Redis with a disk that is nearly full; returns the limit. */
async function nearlyFill({ redis, redisServer }: System): Promise<{ maxFileBytes: number }> {
  const size = /^aof_current_size:(\d+)/m.exec(await redis.info('persistence'))?.[1];
  const limit = { maxFileBytes: Number(size) + ROOM_BYTES };
  await redisServer.stop();
  await redisServer.start(limit);
  return limit;
}

async function allDone(system: System, tasks: readonly { request_id: string }[]): Promise<void> {
  const lost: string[] = [];
  for (const task of tasks) {
    const { status } = await system.ended(task);
    if (status !== 'done') lost.push(`${task.request_id}: ${status}`);
  }
  expect(lost).toEqual([]);
}

describe('the disk of Redis is full', () => {
  it('with appendfsync always, Redis exits until there is room, and no acknowledged task is lost', async () => {
    await using system = await startSystem();
    const [worker] = await system.startWorkers(1);
    const held = await system.submit({ text: 'a', hold: HOLD });
    const limit = await nearlyFill(system);
    const clients = load(system, TASKS);
    expect(await system.redisServer.exited).toBe(1);
    // As a container that is restarted: its next write ends it again, possibly before it responds.
    for (let restarts = 0; restarts < 3; restarts++) {
      await system.redisServer.start(limit).catch(() => undefined);
      expect(await system.redisServer.exited).toBe(1);
    }
    expect(clients.accepted.length).toBeGreaterThan(50);
    await eventually(() => {
      expect(clients.rejections.length).toBeGreaterThan(0);
    });
    const before = clients.accepted.length;
    await system.redisServer.start();
    await eventually(
      () => {
        expect(clients.accepted.length).toBeGreaterThan(before + 10);
      },
      { timeoutMs: 60_000 },
    );
    await clients.stop();
    await system.release();
    await allDone(system, [held, ...clients.accepted]);
    expect(clients.rejections).toEqual(clients.rejections.map(({ at }) => ({ ...UNAVAILABLE, at })));
    for (const process of [system.api, worker])
      expect(process?.logs.map(({ msg }) => msg)).not.toContain('stopping');
  });

  it('with everysec, Redis rejects writes and serves reads until there is room, and no task is lost', async () => {
    await using system = await startSystem();
    const [worker] = await system.startWorkers(1);
    const held = await system.submit({ text: 'a', hold: HOLD });
    await nearlyFill(system);
    await system.redis.config('SET', 'appendfsync', 'everysec');
    const clients = load(system, TASKS);
    await eventually(
      async () => {
        expect(await system.redis.info('persistence')).toContain('aof_last_write_status:err');
        expect(clients.rejections.length).toBeGreaterThan(5);
      },
      { timeoutMs: 90_000 },
    );
    await clients.stop();
    expect(clients.rejections).toEqual(clients.rejections.map(({ at }) => ({ ...UNAVAILABLE, at })));
    const response = await fetch(`${system.api.url}/tasks/${held.request_id}`);
    expect([response.status, await response.json()]).toMatchObject([200, { status: 'processing' }]);
    await eventually(() => {
      expect(worker?.logs).toContainEqual(
        expect.objectContaining({
          msg: 'redis rejects commands',
          reason: expect.stringContaining('MISCONF'),
        }),
      );
    });

    // Makes room: it starts a new file.
    await system.redis.bgrewriteaof();
    await eventually(async () => {
      expect(await system.redis.info('persistence')).toContain('aof_last_write_status:ok');
    });
    await eventually(() => system.release());
    await allDone(system, [held, ...clients.accepted]);
  });
});
