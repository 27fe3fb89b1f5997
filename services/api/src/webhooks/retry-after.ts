/** Longer requests are limited to this. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Parses `Retry-After` (RFC 9110 §10.2.3: seconds or a date) to milliseconds, at most an hour; undefined if invalid. */
export function retryAfterMs(header: string | string[] | undefined, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}
