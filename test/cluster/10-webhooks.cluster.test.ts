import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { NAMESPACE, apply, kubectl, scale } from './kubectl.ts';
import { podOfProgram } from './pods.ts';
import { openSystem } from './system.ts';
import { noWorkers } from './workers.ts';

const NAME = 'receiver';
const HOST = `${NAME}.${NAMESPACE}.svc`;
const URL = `http://${HOST}:8080/`;
const port = 8_080;

interface Delivery {
  readonly verified: boolean;
  readonly task: { readonly request_id: string; readonly status: string };
}

/** The receiver's log of a task: deliveries with a valid signature, and others. */
async function deliveries({ request_id: id }: { request_id: string }): Promise<Delivery[]> {
  const log = await kubectl(['logs', `deployment/${NAME}`]);
  const all = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Delivery);
  return all.filter(({ task }) => task.request_id === id);
}

beforeAll(async () => {
  const peers = [{ podSelector: { matchLabels: { app: NAME } } }];
  await install(QUICK, {
    // 1 s, 2 s, 4 s, …: short delays after the receiver was unavailable.
    config: { api: { WEBHOOK_ALLOWED_HOSTS: HOST, WEBHOOK_BACKOFF_MS: 1_000 } },
    networkPolicy: { peers: { webhooks: peers } },
  });
  const secretKeyRef = { name: 'primes', key: 'webhook-secret' };
  const template = await podOfProgram({
    name: NAME,
    env: [{ name: 'WEBHOOK_SECRET', valueFrom: { secretKeyRef } }],
  });
  const selector = { matchLabels: { app: NAME } };
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME },
      spec: { selector: { app: NAME }, ports: [{ port }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME },
      spec: { replicas: 0, selector, template },
    },
  );
});

describe('a webhook', () => {
  it('reaches a pod that can verify its signature', async () => {
    await scale(`deployment/${NAME}`, 1);
    await using system = await openSystem();
    const task = await system.submit({ n: 1_000, callback_url: URL });
    expect((await system.ended(task)).status).toBe('done');
    await eventually(
      async () => {
        expect(await deliveries(task)).toMatchObject([{ verified: true, task: { status: 'done' } }]);
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
  });

  it('arrives after the last worker has stopped', async () => {
    await using system = await openSystem();
    await scale(`deployment/${NAME}`, 0);
    const task = await system.submit({ n: 1_000, callback_url: URL });
    expect((await system.ended(task)).status).toBe('done');
    await noWorkers();
    await scale(`deployment/${NAME}`, 1);
    const back = Date.now();
    await eventually(
      async () => {
        expect(await deliveries(task)).toMatchObject([{ verified: true, task: { status: 'done' } }]);
      },
      { timeoutMs: 90_000, intervalMs: 200 },
    );
    await noWorkers(1_000);
    figure('webhook delivered without a worker after the receiver recovered', seconds(Date.now() - back));
  });
});
