import { findOnPath } from '../on-path.ts';

/** Keep traces and answer Jaeger's query API: either will do. */
export const TRACE_STORES = ['victoria-traces', 'jaeger-all-in-one'] as const;

/** What test/telemetry starts, by the names that their projects give them. */
const PROGRAMS = [['otelcol-k8s'], ['redis_exporter'], ['victoria-metrics'], ['vmalert'], TRACE_STORES];

/** One line about those that are not on the PATH; undefined if all are. */
export async function missingPrograms(): Promise<string | undefined> {
  const missing: string[] = [];
  for (const alternatives of PROGRAMS) {
    const paths = await Promise.all(alternatives.map(findOnPath));
    if (paths.every((path) => path === undefined)) missing.push(alternatives.join(' or '));
  }
  if (missing.length === 0) return undefined;
  return `Not on the PATH, and needed to see what the service tells of itself: ${missing.join(', ')}`;
}
