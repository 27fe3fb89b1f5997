import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Alerts } from '../telemetry/alerts.ts';
import { RULES } from '../telemetry/queries.ts';
import { TraceStore } from '../telemetry/trace-store.ts';
import { VictoriaMetrics } from '../telemetry/victoria-metrics.ts';
import { parse } from 'yaml';
import { forward } from './forward.ts';
import type { Values } from './helm.ts';
import { apply, kubectl } from './kubectl.ts';

const MANIFESTS = join(import.meta.dirname, 'manifests', 'engines.yaml');
/** Their names in the manifests. */
const ENGINES = ['victoria-metrics', 'vmalert', 'jaeger'] as const;
type EngineName = (typeof ENGINES)[number];

/** Values of a release whose sidecars send to the engines. */
export const OBSERVED: Values = {
  telemetry: {
    enabled: true,
    scrapeIntervalSeconds: 2,
    metricsEndpoint: 'http://victoria-metrics:8428/opentelemetry/v1/metrics',
    tracesEndpoint: 'http://jaeger:4318/v1/traces',
  },
  networkPolicy: { peers: { telemetry: [{ podSelector: { matchLabels: { engine: 'true' } } }] } },
};

/** Starts VictoriaMetrics, vmalert with our rules, and Jaeger in the namespace of the suite, or some of them. */
export async function startEngines(names: readonly EngineName[] = ENGINES): Promise<void> {
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'rules' },
    data: { 'primes.yaml': RULES },
  });
  // Merge keys are YAML 1.1, which kubectl also reads.
  const { items } = parse(await readFile(MANIFESTS, 'utf8'), { merge: true }) as { items: Manifest[] };
  await apply(...items.filter(({ metadata }) => names.includes(metadata.name)));
  for (const name of names) {
    await kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=120s'], { timeoutMs: 150_000 });
  }
}

export async function removeEngines(): Promise<void> {
  await kubectl(['delete', 'deployments,services', ...ENGINES, '--ignore-not-found']);
}

interface Manifest {
  readonly metadata: { readonly name: EngineName };
}

/** A client of VictoriaMetrics. */
export async function openVictoriaMetrics() {
  const forwarded = await forward('victoria-metrics', 8_428);
  return Object.assign(new VictoriaMetrics(`http://${forwarded.host}`), {
    [Symbol.asyncDispose]: () => forwarded[Symbol.asyncDispose](),
  });
}

/** Clients of the engines. */
export async function openEngines() {
  await using building = new AsyncDisposableStack();
  const metrics = building.use(await openVictoriaMetrics());
  const alerts = building.use(await forward('vmalert', 8_880));
  const traces = building.use(await forward('jaeger', 16_686));
  const parts = building.move();
  return {
    metrics,
    alerts: new Alerts(`http://${alerts.host}`),
    traces: new TraceStore(`http://${traces.host}/select/jaeger/api`),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
