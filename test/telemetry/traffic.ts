import { eventually } from '@primes/testing';
import { startReceiver } from '../../services/api/test/receiver.ts';
import { scalerClient } from '../../services/metrics-gateway/test/clients.ts';
import type { primesInternals } from '../primes/internals.ts';
import type { primesClient } from '../primes/task-client.ts';
import type { ObservedSystem } from './system.ts';

/** Sizes that need one segment, and slightly more than one. */
const SIZES = [10, 1_000, 250_000, 400_000];

type Service = Pick<ReturnType<typeof primesClient>, 'ended' | 'post' | 'submit'> &
  Pick<ReturnType<typeof primesInternals>, 'hold'>;

/** Uses every feature that clients and KEDA use. */
export async function useEverything(system: ObservedSystem): Promise<void> {
  await using receiver = await startReceiver();
  await useTasks(system, { api: system.api.url, webhook: receiver.url('/done') });
  await receiver.arrived('/done', 1);

  using keda = scalerClient(system.scalerPort);
  const stream = keda.streamIsActive();
  await eventually(() => keda.isActive());
  await keda.getMetricSpec();
  await keda.getMetrics();
  stream.cancel();
}

/** Tasks with each outcome, cached and fresh, one with a webhook; polls, downloads and rejected requests. */
export async function useTasks(
  service: Service,
  { api, webhook }: { readonly api: string; readonly webhook: string },
): Promise<void> {
  for (const n of SIZES) {
    const task = await service.submit({ n });
    await service.ended(task);
    await (await fetch(`${api}/tasks/${task.request_id}`)).text();
  }
  await service.ended(await service.submit({ n: 1_000, fresh: true }));
  await service.ended(await service.submit({ n: 10, priority: 5, callback_url: webhook }));

  const release = await service.hold(9, 10);
  const failing = await service.submit({ n: 3_000_000, timeout_seconds: 1 });
  const cancelled = await service.submit({ n: 3_000_000 });
  await fetch(`${api}/tasks/${cancelled.request_id}`, { method: 'DELETE' });
  await service.ended(failing);
  await service.ended(cancelled);
  await release();

  await service.post({ n: 0 });
  await fetch(`${api}/tasks`);
  await fetch(`${api}/nowhere`);
}
