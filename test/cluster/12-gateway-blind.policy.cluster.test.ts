import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { closeConnections, egressOf, setEgress } from './egress.ts';
import { elapsed } from './elapsed.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { openSystem } from './system.ts';
import { noWorkers, watchReplicas, workersReady } from './workers.ts';

const GATEWAY = 'metrics-gateway';
/** Longer than scaling in (10 s, and the autoscaler's 15 s) or to zero takes. */
const OBSERVED_MS = 40_000;

let egress: unknown;

beforeAll(async () => {
  await install(QUICK);
  egress = await egressOf(GATEWAY);
});
afterAll(() => setEgress(GATEWAY, egress));

describe('a gateway without access to Redis', () => {
  it('returns errors, and KEDA removes no worker until it recovers', async () => {
    await using system = await openSystem();
    await noWorkers();
    await system.storeRedis.flushall();
    const release = await system.hold(0);
    const tasks = [];
    for (let i = 0; i < 8; i++) tasks.push(await system.submit({ n: 1_000 }));
    await workersReady(2);
    await setEgress(GATEWAY, []);
    await eventually(
      async () => {
        await closeConnections(system.redis, GATEWAY);
        expect((await fetch(`${system.api}/api/metrics/summary`)).status).toBe(503);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    await using replicas = await watchReplicas();
    await release();
    for (const task of tasks) expect((await system.ended(task)).status).toBe('done');
    const idle = Date.now();
    await elapsed(idle, OBSERVED_MS);
    expect(replicas.changes.map(({ values }) => values[0])).toEqual(replicas.changes.map(() => '2'));
    await setEgress(GATEWAY, egress);
    const recovered = Date.now();
    await noWorkers();
    figure(
      `blind for ${seconds(recovered - idle)} with 2 idle workers, none removed; after recovery, all removed within`,
      seconds(Date.now() - recovered),
    );
  });
});
