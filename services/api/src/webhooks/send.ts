import type { LookupFunction } from 'node:net';
import type { TaskSummary } from '@primes/contracts';
import { Webhook } from 'standardwebhooks';
import type { Agent } from 'undici';
import type { ApiConfig } from '../config.ts';
import type { AddressRules } from './address-rules.ts';

export interface Delivery {
  readonly url: string;
  readonly summary: TaskSummary;
  readonly traceparent: string;
  readonly signal: AbortSignal;
}

/** Delivers one webhook once; resolves with the receiver's status. */
export type SendWebhook = (delivery: Delivery) => Promise<number>;

/** What a receiver may answer; more is cut off, since nobody reads it. */
const MOST_ANSWER_BYTES = 64 * 1_024;

/** Signs by Standard Webhooks and connects only to the address that the rules have checked. */
export function createSendWebhook(
  rules: AddressRules,
  config: Pick<ApiConfig, 'WEBHOOK_SECRET' | 'WEBHOOK_TIMEOUT_MS'>,
): SendWebhook {
  const signer = new Webhook(config.WEBHOOK_SECRET);
  const timeoutMs = config.WEBHOOK_TIMEOUT_MS;

  return async function send({ url, summary, traceparent, signal }) {
    // With the first webhook: an api without holds 4 MB less.
    const { Agent, request } = await import('undici');
    const { hostname } = new URL(url);
    const { address, family } = await rules.addressFor(hostname);
    // Pinned: a second answer of the name server cannot move the connection elsewhere.
    const lookup: LookupFunction = (_host, options, done) => {
      if (options.all) done(null, [{ address, family }]);
      else done(null, address, family);
    };
    await using agent = disposable(new Agent({ connect: { lookup, timeout: timeoutMs } }));
    const body = JSON.stringify(summary);
    const now = new Date();
    const answer = await request(url, {
      dispatcher: agent.agent,
      method: 'POST',
      // undici follows no redirects by itself, and a redirect is no success.
      headers: {
        'content-type': 'application/json',
        'user-agent': 'primes-webhooks',
        'webhook-id': summary.request_id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': signer.sign(summary.request_id, now, body),
        traceparent,
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body.dump({ limit: MOST_ANSWER_BYTES, signal });
    return answer.statusCode;
  };
}

function disposable(agent: Agent) {
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() };
}
