import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import {
  SERVICES,
  eventually,
  startHttpServer,
  startRedis,
  startService,
  type ServiceProcess,
} from '@primes/testing';
import { startNamedHole } from '../support/named-hole.ts';
import { echoClient } from '../support/task-client.ts';

jest.setTimeout(300_000);

async function livez({ url }: ServiceProcess) {
  const response = await fetch(`${url}/livez`);
  return { status: response.status, body: (await response.json()) as { loops?: object } };
}

/** Stops a container as the kubelet does after failed probes: SIGKILL follows after 5 seconds, as in the chart. */
async function endAsKubelet(process: ServiceProcess): Promise<void> {
  process.kill('SIGTERM');
  const ended = new AbortController();
  const kill = delay(5_000, undefined, { signal: ended.signal }).then(() => {
    process.kill('SIGKILL');
  });
  await process.exited;
  ended.abort();
  await kill.catch(() => undefined);
}

/** Polls until it is stopped, and returns the distinct statuses. */
function watchLivez(processes: readonly ServiceProcess[]) {
  const statuses = new Set<number>();
  const timer = setInterval(() => {
    for (const process of processes) void livez(process).then(({ status }) => statuses.add(status));
  }, 250);
  return {
    stop: () => {
      clearInterval(timer);
      return [...statuses];
    },
  };
}

/** The highest age of a loop's last turn, in seconds. */
async function oldest({ url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const ages = Array.from(text.matchAll(/^echo_loop_last_turn_age_seconds\{.*\} (\S+)$/gm), ([, age]) =>
    Number(age),
  );
  return Math.max(...ages);
}

describe('/livez', () => {
  it('never fails while Redis is unavailable; fails if only one process cannot use Redis, until a restart', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using hole = await startNamedHole(redis.port);
    const delivered: string[] = [];
    await using receiver = await startHttpServer((req, res) => {
      delivered.push(req.url ?? '');
      res.end();
    });
    await using processes = new AsyncDisposableStack();
    const start = async () =>
      Promise.all(
        SERVICES.map(async (service) =>
          processes.use(
            await startService(
              service,
              { REDIS_URL: hole.url, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' },
              { job: 'echo' },
            ),
          ),
        ),
      );
    let running = await start();
    const client = echoClient(() => running[0]?.url ?? '');
    const works = async (name: string) => {
      const task = await client.submit({ text: 'a', callback_url: `${receiver.url}/${name}` });
      expect((await client.ended(task)).status).toBe('done');
      await eventually(
        () => {
          expect(delivered).toContain(`/${name}`);
        },
        { timeoutMs: 60_000 },
      );
    };
    await works('before');

    const probes = watchLivez(running);
    await redis.stop();
    for (const process of running) {
      await eventually(
        async () => {
          // Longer than a restart of a stalled process takes.
          expect(await oldest(process)).toBeGreaterThan(50);
        },
        { timeoutMs: 90_000, intervalMs: 500 },
      );
    }
    await redis.start();
    await eventually(() => works('after-the-outage'), { timeoutMs: 60_000 });
    expect(probes.stop()).toEqual([200]);

    hole.drop();
    const loops = ['webhooks', 'tasks', 'queue'];
    for (const [i, process] of running.entries()) {
      await eventually(
        async () => {
          const { status, body } = await livez(process);
          expect(status).toBe(503);
          expect(process.logs.map(({ msg }) => msg)).toContain('loop stalled');
          expect(Object.keys(body.loops ?? {})).toContain(loops[i]);
        },
        { timeoutMs: 60_000, intervalMs: 500 },
      );
    }
    await Promise.all(running.map(endAsKubelet));
    hole.pass();
    running = await start();
    await works('after-the-restart');
    for (const process of running) expect((await livez(process)).status).toBe(200);
  });
});
