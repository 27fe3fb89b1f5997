import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TaskSummarySchema, primes } from '@primes/primes';
import {
  buildRevision,
  eventually,
  previousVersion,
  startRedis,
  startService,
  type Revision,
  type ServiceName,
  type ServiceProcess,
} from '@primes/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { primesInternals } from '../primes/internals.ts';
import { primesClient } from '../primes/task-client.ts';

// Builds the previous version first.
jest.setTimeout(600_000);

/** Nine segments; the test leases one of them. */
const N = 2_000_000;
const HELD = 5;

type Version = 'previous' | 'next';

let previous: Revision;
beforeAll(async () => {
  previous = await buildRevision(await previousVersion());
});
// If its build has failed, there is nothing to remove.
afterAll(() => (previous as Revision | undefined)?.[Symbol.asyncDispose]());

/** An api and a worker of each version on one Redis, started by the test. */
async function startSystem() {
  await using building = new AsyncDisposableStack();
  const server = building.use(await startRedis());
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  building.defer(() => {
    redis.disconnect();
  });
  const queue = new Queue(primes.name, { connection: redis });
  building.defer(() => queue.close());
  const parts = building.move();
  const start = async (version: Version, service: ServiceName): Promise<ServiceProcess> => {
    const program = version === 'next' ? ({} as const) : ({ program: 'built', root: previous.root } as const);
    return parts.use(await startService(service, { REDIS_URL: server.url }, program));
  };
  const client = async (version: Version) => {
    const { url } = await start(version, 'api');
    return { url, ...primesClient(() => url) };
  };
  return {
    start,
    client,
    ...primesInternals({ redis, storeRedis: redis, queue }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function post(url: string, key: string) {
  return fetch(`${url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ n: N }),
  });
}

describe.each<[name: string, from: Version, to: Version]>([
  ['forward', 'previous', 'next'],
  ['back', 'next', 'previous'],
])('a rollout %s', (_name, from, to) => {
  it('keeps every task, for any combination of versions that accept, run and show it', async () => {
    await using system = await startSystem();
    const before = await system.client(from);
    const leaving = await system.start(from, 'worker');
    const release = await system.hold(HELD);
    const accepted = TaskSummarySchema.parse(await (await post(before.url, 'rollout')).json());
    const running = await eventually(async () => {
      const view = await before.view(accepted.request_id);
      expect(view.status).toBe('processing');
      expect(view.progress).toBeGreaterThan(0);
      return view;
    });

    const after = await system.client(to);
    expect(await after.view(accepted.request_id)).toMatchObject({ status: 'processing', n: N });
    // A replay returns the task of the other version.
    const replayed = await post(after.url, 'rollout');
    expect([replayed.status, TaskSummarySchema.parse(await replayed.json()).request_id]).toEqual([
      200,
      accepted.request_id,
    ]);
    const waiting = await Promise.all([before, after].map((api) => api.submit({ n: 1_000, priority: 5 })));

    await system.start(to, 'worker');
    leaving.kill('SIGTERM');
    expect(await leaving.exited).toBe(0);
    await release();
    for (const { request_id: id } of [accepted, ...waiting]) {
      for (const api of [before, after]) {
        const view = await api.ended({ request_id: id });
        expect(view).toMatchObject({ status: 'done', progress: 100 });
      }
    }
    // Handed over, not restarted: the next version knows the start time.
    if (to === 'next') expect((await after.view(accepted.request_id)).started_at).toBe(running.started_at);
    const results = await Promise.all(
      [before, after].map(async ({ url }) =>
        (await fetch(`${url}/tasks/${accepted.request_id}`, { headers: { accept: 'text/plain' } })).text(),
      ),
    );
    expect(results[0] === results[1] && results[0]?.endsWith('\n32452843\n')).toBe(true);
    expect((await system.job(accepted)).attemptsMade).toBe(1);
  });
});
