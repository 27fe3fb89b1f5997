import type { LookupFunction } from 'node:net';
import type { TaskSummary } from '@primes/contracts';
import { NAMESPACE, withClientSpan } from '@primes/service-kit';
import { Webhook } from 'standardwebhooks';
import type { Agent } from 'undici';
import type { ApiConfig } from '../config.ts';
import type { AddressRules } from './address-rules.ts';
import { retryAfterMs } from './retry-after.ts';

export interface Delivery {
  /** The same for every attempt. */
  readonly id: string;
  readonly url: string;
  readonly summary: TaskSummary;
  readonly traceparent: string;
  readonly signal: AbortSignal;
}

export interface ReceiverResponse {
  readonly status: number;
  /** The receiver's Retry-After. */
  readonly retryAfterMs: number | undefined;
}

/** Delivers one webhook once, within WEBHOOK_TIMEOUT_MS. */
export type SendWebhook = (delivery: Delivery) => Promise<ReceiverResponse>;

/** Maximum size of the response that is read; its content is not used. */
const MAX_RESPONSE_BYTES = 64 * 1_024;

/**
 * Signs with Standard Webhooks, during a rotation with both secrets, and connects only to addresses that the rules
 * allow.
 */
export function createSendWebhook(
  rules: Pick<AddressRules, 'addressesFor'>,
  config: Pick<ApiConfig, 'WEBHOOK_SECRET' | 'WEBHOOK_SECRET_OTHER' | 'WEBHOOK_TIMEOUT_MS'>,
): SendWebhook {
  const signers = [config.WEBHOOK_SECRET, config.WEBHOOK_SECRET_OTHER]
    .filter((secret) => secret !== undefined)
    .map((secret) => new Webhook(secret));
  const timeoutMs = config.WEBHOOK_TIMEOUT_MS;

  return async function send({ id, url, summary, traceparent, signal: stopping }) {
    // Loaded with the first webhook: an api without webhooks uses 4 MB less. In the bundle, the import of a CommonJS package
    // has no other export than the default.
    const { default: undici } = await import('undici');
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]);
    const addresses = await rules.addressesFor(new URL(url).hostname, signal);
    // Pinned, so that a second DNS response cannot redirect the connection. Node tries one address after another (RFC
    // 8305); only the last one has the full timeout.
    const lookup: LookupFunction = (_host, _options, done) => {
      done(null, [...addresses]);
    };
    const connect = { lookup, timeout: timeoutMs, autoSelectFamily: true };
    await using agent = disposable(new undici.Agent({ connect }));
    const body = JSON.stringify(summary);
    const now = new Date();
    const outgoing = { method: 'POST', url: new URL(url), traceparent } as const;
    return await withClientSpan(outgoing, async (own) => {
      const response = await undici.request(url, {
        dispatcher: agent.agent,
        method: 'POST',
        // undici does not follow redirects, and a redirect is no success.
        headers: {
          'content-type': 'application/json',
          'user-agent': `${NAMESPACE}-webhooks`,
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
          traceparent: own,
        },
        body,
        signal,
      });
      // The status decides; a slow or incomplete body does not matter.
      await response.body.dump({ limit: MAX_RESPONSE_BYTES, signal }).catch(() => undefined);
      return { status: response.statusCode, retryAfterMs: retryAfterMs(response.headers['retry-after']) };
    });
  };
}

function disposable(agent: Agent) {
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() };
}
