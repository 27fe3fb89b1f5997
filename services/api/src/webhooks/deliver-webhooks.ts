import type { RedisClient } from '@primes/contracts';
import type { Lifecycle } from '@primes/service-kit';
import type { ApiConfig } from '../config.ts';
import { AddressRules } from './address-rules.ts';
import { WebhookDeliverer, type DelivererDeps } from './deliverer.ts';
import { createSendWebhook } from './send.ts';

interface DeliverWebhooksDeps extends Omit<DelivererDeps, 'send'> {
  readonly background: RedisClient;
  readonly lifecycle: Lifecycle;
  readonly config: ApiConfig;
}

/** Delivers webhooks until shutdown. Returns the rules by which submissions are checked too. */
export function deliverWebhooks({ background, lifecycle, ...deps }: DeliverWebhooksDeps): AddressRules {
  const { config } = deps;
  const rules = new AddressRules(config.WEBHOOK_ALLOWED_HOSTS);
  const deliverer = new WebhookDeliverer(background, { ...deps, send: createSendWebhook(rules, config) });
  lifecycle.onClose('webhooks', () => deliverer.close());
  return rules;
}
