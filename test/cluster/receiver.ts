import type { Values } from './helm.ts';
import { NAMESPACE, apply, kubectl } from './kubectl.ts';
import { podOfProgram } from './pods.ts';

const NAME = 'receiver';
const HOST = `${NAME}.${NAMESPACE}.svc`;
const port = 8_080;

export const RECEIVER = `deployment/${NAME}`;
/** A `callback_url`. */
export const RECEIVER_URL = `http://${HOST}:${port}/`;

/** Values of a release that can send webhooks to the receiver. */
export const SENDS_WEBHOOKS: Values = {
  // 1 s, 2 s, 4 s, …: short delays after the receiver was unavailable.
  config: { api: { WEBHOOK_ALLOWED_HOSTS: HOST, WEBHOOK_BACKOFF_MS: 1_000 } },
  networkPolicy: { peers: { webhooks: [{ podSelector: { matchLabels: { app: NAME } } }] } },
};

interface Delivery {
  /** Whether the signature is valid. */
  readonly verified: boolean;
  readonly task: { readonly request_id: string; readonly status: string };
}

/** Creates or updates the receiver, which reads the webhook secret of the release. */
export async function applyReceiver(replicas: number): Promise<void> {
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
      spec: { replicas, selector, template },
    },
  );
}

/** What the receiver has logged. */
export async function deliveries(): Promise<Delivery[]> {
  const log = await kubectl(['logs', RECEIVER]);
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Delivery);
}
