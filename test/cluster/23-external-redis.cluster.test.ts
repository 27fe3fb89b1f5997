import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { primesClient } from '../primes/task-client.ts';
import { load } from '../support/load.ts';
import { isRejection } from './clients.ts';
import {
  cli,
  externalRedisValues,
  primaryWithReplicas,
  removeExternalRedis,
  replaced,
  startExternalRedis,
} from './external-redis.ts';
import { figure, median, seconds } from './figures.ts';
import { forward } from './forward.ts';
import { QUICK, install } from './helm.ts';
import { scale } from './kubectl.ts';
import { noWorkers, watchReplicas } from './workers.ts';

const LOAD = { clients: 3, inputs: [1_000, 100_000, 1_000_000].map((n) => ({ n })), pauseMs: 50 };
/** Tasks to see accepted before the next failover. */
const ENOUGH = 50;
/** Longer than the Sentinels need to replace a primary that does not respond. */
const FREEZE_SECONDS = '20';
/** A former primary accepts tasks until it is demoted, and then loses them. */
const DEMOTED_MS = 15_000;

/** What happens to the primary. */
const FAULTS: Readonly<Record<string, (pod: string) => Promise<unknown>>> = {
  'SENTINEL FAILOVER': () => cli('sentinel-0', 'sentinel', 'failover', 'mymaster'),
  // It responds after the failover.
  frozen: (pod) => Promise.resolve(void cli(pod, 'debug', 'sleep', FREEZE_SECONDS).catch(() => undefined)),
  // Its connection ends without a response.
  killed: (pod) => cli(pod, 'shutdown', 'nosave').catch(() => undefined),
};
const FAILOVERS = ['SENTINEL FAILOVER', 'frozen', 'killed', 'SENTINEL FAILOVER', 'frozen'];

async function openClient() {
  const api = await forward('primes-api', 8_000);
  const url = `http://${api.host}`;
  return { url, ...primesClient(() => url), [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

/** Without the gateway, only KEDA's triggers on the lists can start a worker. */
async function runsFromZero(trigger: string): Promise<void> {
  await using client = await openClient();
  await noWorkers();
  await scale('deployment/primes-metrics-gateway', 0);
  await using replicas = await watchReplicas();
  const posted = Date.now();
  for (const priority of [0, 5]) {
    const task = await client.submit({ n: 1_000, priority });
    expect((await client.ended(task, 120_000)).status).toBe('done');
  }
  const desired = await replicas.first(posted, ([count]) => Number(count) > 0);
  figure(`${trigger} without the gateway: time to a desired worker`, seconds(desired.at - posted));
  await scale('deployment/primes-metrics-gateway', 1);
}

afterAll(removeExternalRedis);

describe('a Redis behind three Sentinels, over TLS and with passwords of special characters', () => {
  beforeAll(async () => {
    await startExternalRedis('sentinel');
    await install(QUICK, await externalRedisValues('sentinel'));
  });

  it('runs a task from zero workers', () => runsFromZero('redis-sentinel'));

  it(`serves under load after each of ${FAILOVERS.length} failovers`, async () => {
    await using client = await openClient();
    const clients = load(client, LOAD);
    const acceptedAfter = (time: number) => clients.accepted.filter(({ at }) => at > time);
    const enoughAfter = (time: number) =>
      eventually(
        () => {
          const last = Math.max(time, clients.rejections.at(-1)?.at ?? 0);
          expect(acceptedAfter(last).length).toBeGreaterThan(ENOUGH);
        },
        { timeoutMs: 120_000 },
      );
    await enoughAfter(Date.now());
    const failovers: { fault: string; at: number; switched: number }[] = [];
    for (const fault of FAILOVERS) {
      const primary = await primaryWithReplicas();
      const at = Date.now();
      await FAULTS[fault]?.(primary);
      await replaced(primary);
      const switched = Date.now();
      failovers.push({ fault, at, switched });
      await enoughAfter(switched);
    }
    await clients.stop();

    const lost: number[] = [];
    const started = new Map<string, number>();
    for (const task of clients.accepted) {
      if ((await fetch(`${client.url}/tasks/${task.request_id}?limit=0`)).status === 404) {
        lost.push(task.at);
        continue;
      }
      const view = await client.ended(task, 120_000);
      expect(view.status).toBe('done');
      started.set(task.request_id, Date.parse(view.started_at ?? ''));
    }
    const times = failovers.map(({ fault, at, switched }, i) => {
      const end = failovers[i + 1]?.at ?? Infinity;
      const rejected = clients.rejections.filter((rejection) => rejection.at > at && rejection.at < end);
      const after = acceptedAfter(Math.max(at, rejected.at(-1)?.at ?? 0)).filter((task) =>
        started.has(task.request_id),
      );
      const pickUp = Math.min(...after.map(({ request_id: id }) => started.get(id) ?? Infinity));
      return {
        fault,
        accepted: (after[0]?.at ?? Infinity) - at,
        pickedUp: pickUp - at,
        rejected: rejected.length,
        lost: lost.filter((time) => time > at - 1_000 && time < Math.min(end - 1_000, switched + DEMOTED_MS))
          .length,
      };
    });
    for (const { fault, accepted, pickedUp, rejected, lost: count } of times)
      figure(
        fault,
        `accepted after ${seconds(accepted)}, picked up after ${seconds(pickedUp)}, ${rejected} times 503, ${count} lost`,
      );
    for (const what of ['accepted', 'pickedUp'] as const) {
      const all = times.map((time) => time[what]);
      figure(
        `${what}, median and worst of ${times.length}`,
        [median(all), Math.max(...all)].map(seconds).join(', '),
      );
    }
    figure('tasks', `${clients.accepted.length} accepted, ${lost.length} lost`);
    // Only a failover loses tasks: replication is asynchronous.
    expect(times.reduce((sum, time) => sum + time.lost, 0)).toBe(lost.length);
    for (const time of times) expect(Number.isFinite(time.accepted + time.pickedUp)).toBe(true);
    expect(clients.rejections.filter((rejection) => !isRejection(rejection))).toEqual([]);
  });
});

describe('a Redis Cluster, over TLS and with a password of special characters', () => {
  beforeAll(async () => {
    await startExternalRedis('cluster');
    await install(QUICK, await externalRedisValues('cluster'));
  });

  it('runs a task from zero workers', () => runsFromZero('redis-cluster'));
});
