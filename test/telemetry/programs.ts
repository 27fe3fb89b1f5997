import { findOnPath } from '../../dev/on-path.ts';

/** Stores with Jaeger's query API; one of them is enough. */
export const TRACE_STORES = ['victoria-traces', 'jaeger-all-in-one'] as const;

/** The programs that test/telemetry starts, by their usual names. */
const PROGRAMS = [['otelcol-k8s'], ['redis_exporter'], ['victoria-metrics'], ['vmalert'], TRACE_STORES];

/** One line about the missing programs; undefined if none is missing. */
export async function missingPrograms(): Promise<string | undefined> {
  const missing: string[] = [];
  for (const alternatives of PROGRAMS) {
    if ((await findOnPath(...alternatives)) === undefined) missing.push(alternatives.join(' or '));
  }
  if (missing.length === 0) return undefined;
  return `Missing on the PATH: ${missing.join(', ')}`;
}
