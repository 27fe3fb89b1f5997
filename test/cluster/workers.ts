import { eventually } from '@primes/testing';
import { get, kubectl, list, type KubernetesObject } from './kubectl.ts';
import { watch, type Watch } from './watch.ts';

const WORKERS = 'app.kubernetes.io/name=primes,app.kubernetes.io/component=worker';

/** The pods of workers, including terminating ones. */
export function workerPods(): Promise<readonly KubernetesObject[]> {
  return list('pods', WORKERS);
}

/** Waits until this many workers are ready and none is terminating, and returns the names of their pods. */
export function workersReady(count: number, timeoutMs = 120_000): Promise<string[]> {
  return eventually(
    async () => {
      const pods = await workerPods();
      const ready = pods.filter(
        ({ metadata, status }) => metadata.deletionTimestamp === undefined && isReady(status),
      );
      if (pods.length !== count || ready.length !== count)
        throw new Error(`${ready.length} of ${pods.length} are ready`);
      return pods.map(({ metadata }) => metadata.name);
    },
    { timeoutMs, intervalMs: 200 },
  );
}

/** Watches the number of desired workers. */
export function watchReplicas(): Promise<Watch> {
  return watch(['deployment', 'primes-worker'], '{.spec.replicas}');
}

/** Waits until there is no worker and none is desired. */
export function noWorkers(timeoutMs = 180_000): Promise<void> {
  return eventually(
    async () => {
      const { spec } = await get('deployment', 'primes-worker');
      const pods = await workerPods();
      if (spec?.replicas !== 0 || pods.length > 0)
        throw new Error(`${pods.length} workers of ${spec?.replicas ?? 0}`);
    },
    { timeoutMs, intervalMs: 200 },
  );
}

/**
 * Waits until the autoscaler has a metric for each trigger. KEDA creates it with the triggers that it can reach and adds
 * the others later, even after the release is ready: minutes later, if it still has a connection to an earlier release
 * of this name, because that connection resolves the name with growing delays.
 */
export function autoscalersComplete(): Promise<void> {
  return eventually(
    async () => {
      for (const { metadata, spec } of await list('scaledobjects')) {
        const autoscaler = await get('horizontalpodautoscaler', metadata.name);
        const [has, wants] = [autoscaler.spec?.metrics?.length, spec?.triggers?.length];
        if (has !== wants)
          throw new Error(`${metadata.name} has ${has ?? 0} metrics for ${wants ?? 0} triggers`);
      }
    },
    { timeoutMs: 240_000, intervalMs: 500 },
  );
}

/** The pods that logged the start of a task (at debug level), in order. */
export async function podsOf({ request_id: id }: { request_id: string }): Promise<string[]> {
  const starts: { pod: string; time: string }[] = [];
  for (const { metadata } of await workerPods()) {
    const log = await kubectl(['logs', metadata.name, '--container', 'worker']).catch(() => '');
    for (const line of log.split('\n').filter((text) => text.includes(id))) {
      const { msg, time } = JSON.parse(line) as { msg: string; time: string };
      if (msg === 'task started') starts.push({ pod: metadata.name, time });
    }
  }
  return starts.toSorted((a, b) => a.time.localeCompare(b.time)).map(({ pod }) => pod);
}

function isReady(status: KubernetesObject['status']): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}
