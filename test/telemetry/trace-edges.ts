import type { StoredSpan } from './trace-store.ts';

/** The spans of a task with a webhook and no cached segments, and the parent of each. */
export const EDGES = [
  { name: 'POST /tasks', kind: 'server', service: 'api', above: 'none' },
  { name: 'send primes', kind: 'producer', service: 'api', above: 'POST /tasks' },
  { name: 'process primes', kind: 'consumer', service: 'worker', above: 'send primes' },
  { name: 'plan', kind: 'internal', service: 'worker', above: 'process primes' },
  { name: 'lease', kind: 'internal', service: 'worker', above: 'process primes' },
  { name: 'sieve', kind: 'internal', service: 'worker', above: 'process primes' },
  { name: 'store', kind: 'internal', service: 'worker', above: 'process primes' },
  { name: 'process webhooks', kind: 'consumer', service: 'api', above: 'send primes' },
  { name: 'POST', kind: 'client', service: 'api', above: 'process webhooks' },
];

/** The last spans of each process: with them a trace is complete. */
export const LAST_SPANS = ['process primes', 'process webhooks', 'POST /tasks'];

/** For each span of that name, the name of its parent. */
export function edgesOf(spans: readonly StoredSpan[], name: string): string[] {
  return spans
    .filter((span) => span.name === name)
    .map((span) => spans.find(({ spanId }) => spanId === span.parentSpanId)?.name ?? 'none');
}
