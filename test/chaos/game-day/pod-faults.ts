import { eventually } from '@primes/testing';
import type { Redis } from 'ioredis';
import { runCommand } from '../../../dev/command.ts';
import { closeConnections, egressOf, setEgress } from '../../cluster/egress.ts';
import { RELEASE } from '../../cluster/helm.ts';
import { killWorker } from '../../cluster/kill.ts';
import { NAMESPACE, kubectl, list } from '../../cluster/kubectl.ts';
import { nodeOf } from '../../cluster/nodes.ts';
import type { PodKindName } from '../kinds.ts';
import type { Random } from '../random.ts';

const DRAIN_SECONDS = 20;
const DRAIN_TIMEOUT_MS = 60_000;

/** What a fault needs. */
export interface Release {
  readonly redis: Redis;
  /** The image of the api. */
  readonly image: string;
  readonly random: Random;
}

/** Injects a fault; the returned function undoes it, if it has to be undone. */
type Inject = (release: Release, component: string) => Promise<(() => Promise<unknown>) | undefined>;

export const POD_FAULTS: Record<PodKindName, Inject> = {
  'pod-delete': async ({ random }, component) => {
    await kubectl(['delete', 'pod', await podOf(component, random), '--wait=false']);
    return undefined;
  },

  'pod-kill': async ({ random, image }, component) => {
    await killWorker(await podOf(component, random), image);
    return undefined;
  },

  /** Without a way to anything. */
  'pod-cut': async ({ redis }, component) => {
    const egress = await egressOf(component);
    await setEgress(component, []);
    await closeConnections(redis, component);
    return () => setEgress(component, egress);
  },

  /** As far as the budgets of disruption allow: on the only node, there is no place for the replacements. */
  'node-drain': async () => {
    const [pod] = await pods('api');
    const node = await nodeOf(pod?.metadata.name ?? '');
    const selector = `--pod-selector=app.kubernetes.io/instance=${RELEASE}`;
    const options = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${DRAIN_SECONDS}s`];
    await runCommand(['kubectl', '--namespace', NAMESPACE, 'drain', node, selector, ...options], {
      timeoutMs: DRAIN_TIMEOUT_MS,
    });
    return () => kubectl(['uncordon', node]);
  },
};

function pods(component: string) {
  return list('pods', `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=${component}`);
}

/** One of the running pods of a component; waits until KEDA has started one. */
function podOf(component: string, random: Random): Promise<string> {
  return eventually(
    async () => {
      const running = (await pods(component)).filter(
        ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running',
      );
      const [first, ...rest] = running.map(({ metadata }) => metadata.name);
      if (first === undefined) throw new Error(`No pod of ${component} runs`);
      return random.pick([first, ...rest]);
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
}
