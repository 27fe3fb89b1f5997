import { findOnPath } from '../on-path.ts';

/** What test/telemetry starts, by the names that their projects give them. */
const PROGRAMS = ['otelcol-k8s', 'redis_exporter', 'victoria-metrics', 'vmalert'];

/** One line about the programs that are not here; undefined if all are. */
export async function missingEngines(): Promise<string | undefined> {
  const paths = await Promise.all(PROGRAMS.map(findOnPath));
  const missing = PROGRAMS.filter((_, i) => paths[i] === undefined);
  if (missing.length === 0) return undefined;
  return `Not on the PATH, and needed to see what the service tells of itself: ${missing.join(', ')}`;
}
