import { findOnPath } from '../on-path.ts';

/** Keep traces and answer Jaeger's query API: either will do. */
export const TRACE_STORES = ['victoria-traces', 'jaeger-all-in-one'] as const;

/** What `npm run test:telemetry` starts, by the names that their projects give them. */
const PROGRAMS = [['otelcol-k8s'], ['redis_exporter'], ['victoria-metrics'], ['vmalert'], TRACE_STORES];

/** Those that are not on the PATH. */
export async function missingPrograms(): Promise<string[]> {
  const missing: string[] = [];
  for (const alternatives of PROGRAMS) {
    const paths = await Promise.all(alternatives.map(findOnPath));
    if (paths.every((path) => path === undefined)) missing.push(alternatives.join(' or '));
  }
  return missing;
}
