import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { isRejection, problemsOf, startClients } from './clients.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { get, type KubernetesObject } from './kubectl.ts';
import { openSystem } from './system.ts';

const MAX_PODS = 2;
/** The clients use more than this part of the request of 100m. */
const TARGET_PERCENT = 5;
const TIMEOUT_MS = 180_000;

beforeAll(() =>
  install(QUICK, {
    api: {
      autoscaling: { enabled: true, minReplicas: 1, maxReplicas: MAX_PODS, targetCPU: TARGET_PERCENT },
    },
  }),
);
// Later scenarios expect the default.
afterAll(() => install(QUICK));

/** `REPLICAS` and the reason of `ScalingLimited`, as the runbook ApiSaturated reads them. */
function stateOf({ status }: KubernetesObject) {
  const limited = status?.conditions?.find(({ type }) => type === 'ScalingLimited');
  return { pods: status?.currentReplicas, limited: limited?.status, reason: limited?.reason };
}

describe('an autoscaled api under load', () => {
  it('adds pods up to its maximum, says so, and loses no request', async () => {
    const started = Date.now();
    await using clients = await startClients([{ n: 1_000 }]);
    await eventually(
      async () => {
        const autoscaler = await get('horizontalpodautoscaler', 'primes-api');
        expect(stateOf(autoscaler)).toEqual({ pods: MAX_PODS, limited: 'True', reason: 'TooManyReplicas' });
        expect((await get('deployment', 'primes-api')).status?.readyReplicas).toBe(MAX_PODS);
      },
      { timeoutMs: TIMEOUT_MS, intervalMs: 1_000 },
    );
    figure('api at the maximum of its autoscaler', seconds(Date.now() - started));
    await clients.turns(30);
    const { turns, failures } = await clients.report();
    await using system = await openSystem();
    expect(await problemsOf(turns, system)).toEqual([]);
    expect(failures.filter((failure) => !isRejection(failure))).toEqual([]);
  });
});
