import { eventually } from '@primes/testing';
import { startReceiver } from '../../services/api/test/receiver.ts';
import { scalerClient } from '../../services/metrics-gateway/test/clients.ts';
import type { ObservedSystem } from './system.ts';

/** Enough for a segment, and a little more than one. */
const SIZES = [10, 1_000, 250_000, 400_000];

/**
 * A bit of everything that clients and KEDA do: tasks that end in each way, cached and fresh, a webhook, polls,
 * downloads, refusals, calls of the scaler.
 */
export async function useEverything(system: ObservedSystem): Promise<void> {
  const { api, gateway } = system;
  await using receiver = await startReceiver();
  for (const n of SIZES) {
    const task = await system.submit({ n });
    await system.ended(task);
    await (await fetch(`${api.url}/tasks/${task.request_id}`)).text();
  }
  await system.ended(await system.submit({ n: 1_000, fresh: true }));
  await system.ended(await system.submit({ n: 10, priority: 5, callback_url: receiver.url('/done') }));
  await receiver.arrived('/done', 1);

  const release = await system.hold(9, 10);
  const failing = await system.submit({ n: 3_000_000, timeout_seconds: 1 });
  const cancelled = await system.submit({ n: 3_000_000 });
  await fetch(`${api.url}/tasks/${cancelled.request_id}`, { method: 'DELETE' });
  await system.ended(failing);
  await system.ended(cancelled);
  await release();

  await system.post({ n: 0 });
  await fetch(`${api.url}/tasks`);
  await fetch(`${api.url}/nowhere`);

  const port = gateway.logs.find(({ msg }) => msg === 'listening')?.['scaler_port'] as number;
  using keda = scalerClient(port);
  const stream = keda.streamIsActive();
  await eventually(() => keda.isActive());
  await keda.getMetricSpec();
  await keda.getMetrics();
  stream.cancel();
}
