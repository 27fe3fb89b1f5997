import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver, status } from '../../services/api/test/receiver.ts';
import { scalerClient } from '../../services/metrics-gateway/test/clients.ts';
import { repeat } from './repeat.ts';
import type { ObservedSystem } from './system.ts';

const SIZES = [100, 10_000, 100_000, 1_000_000];
/** A burst of tasks that wait for one segment: the segment, the n that needs it, and the number of tasks. */
const RUSH = { segment: 10, n: 2_700_000, tasks: 30 };

/**
 * Four minutes of traffic for the recording of the dashboard: steady clients, invalid and cancelled requests, webhooks,
 * calls of KEDA; then a burst, for which two workers are added and one of them is stopped while it works.
 */
export async function playScene(system: ObservedSystem): Promise<void> {
  await using loads = new AsyncDisposableStack();
  await using receiver = await startReceiver();
  const every = (intervalMs: number, act: () => Promise<unknown>) => {
    loads.defer(repeat(act, intervalMs));
  };
  let turn = 0;
  const client = async () => {
    const task = await system.submit({ n: SIZES[turn++ % SIZES.length] ?? 1, fresh: turn % 5 === 0 });
    await system.ended(task);
    await (await fetch(`${system.api.url}/tasks/${task.request_id}?limit=100`)).text();
  };
  for (let clients = 0; clients < 4; clients++) every(400, client);
  every(900, () => system.post({ n: 0 }));
  every(2_500, () => fetch(`${system.api.url}/tasks`));
  every(4_000, async () => {
    receiver.respond('/full', status(503), status(503));
    receiver.respond('/gone', status(410));
    const path = ['/done', '/full', '/gone'][turn % 3] ?? '/done';
    await system.submit({ n: 100, callback_url: receiver.url(path) });
  });
  using keda = scalerClient(system.scalerPort);
  every(1_000, async () => {
    await keda.isActive();
    await keda.getMetrics();
  });

  await delay(70_000);
  // Tasks that wait for a leased segment are active but use no CPU.
  const release = await system.hold(RUSH.segment);
  every(6_000, () => system.submit({ n: 3_600_000, timeout_seconds: 2 }));
  every(9_000, async () => {
    const { request_id: id } = await system.submit({ n: RUSH.n + 1 });
    await fetch(`${system.api.url}/tasks/${id}`, { method: 'DELETE' });
  });
  for (let task = 0; task < RUSH.tasks; task++) {
    await system.submit({ n: RUSH.n, priority: 1 + (task % 3) });
    await delay(500);
  }
  const second = await system.start('worker');
  await delay(15_000);
  await system.start('worker');
  await delay(25_000);
  second.kill('SIGTERM');
  await second.exited;
  await second.collector.stop();
  await delay(15_000);
  await release();
  await delay(60_000);
}
