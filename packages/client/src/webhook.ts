import { Webhook } from 'standardwebhooks';
import type { TaskSummary } from './types.ts';

/**
 * The ended task in the body of a webhook, if one of the secrets has signed it in the last five minutes. During a rotation
 * pass both secrets.
 *
 * @param headers those of the request, as Node or `fetch` has them
 * @param rawBody the body before any parser
 * @throws {WebhookVerificationError} otherwise
 */
export function verifyWebhook(
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  rawBody: string,
  secrets: readonly [string, ...string[]],
): TaskSummary {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const received = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
  let failure: unknown;
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(rawBody, received) as TaskSummary;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

export { WebhookVerificationError } from 'standardwebhooks';
