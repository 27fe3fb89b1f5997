import { fileURLToPath } from 'node:url';
import { Engine } from './engine.ts';
import { freePort } from './free-port.ts';

/** The configuration of the chart's sidecars. */
export const COLLECTOR_CONFIG = fileURLToPath(
  new URL('../../../charts/primes/files/collector.yaml', import.meta.url),
);

/** The label `namespace` that the collectors set. */
export const COLLECTOR_NAMESPACE = 'telemetry';

export interface CollectorSpec {
  readonly service: string;
  readonly pod?: string;
  /** The base URL of the process that it scrapes. */
  readonly target: string;
  readonly metrics: { readonly url: string };
  readonly traces: { readonly endpoint: string };
  /** The address where it receives traces; default: a free port. */
  readonly otlp?: string;
}

const VERSION = '0.0.0-test';

/** The resource attributes that the chart sets for a process. */
export function resourceAttributes(pod: string): string {
  return `service.version=${VERSION},k8s.pod.name=${pod},k8s.namespace.name=${COLLECTOR_NAMESPACE}`;
}

/** Starts a collector with the chart's configuration, on free ports. */
export async function startCollector(spec: CollectorSpec): Promise<Engine> {
  const { service, pod = `${service}-0`, target, metrics, traces } = spec;
  const { otlp = `127.0.0.1:${await freePort()}` } = spec;
  const health = `127.0.0.1:${await freePort()}`;
  return Engine.start({
    program: 'otelcol-k8s',
    args: [`--config=${COLLECTOR_CONFIG}`],
    env: {
      SERVICE: service,
      VERSION,
      POD_NAME: pod,
      POD_NAMESPACE: COLLECTOR_NAMESPACE,
      SCRAPE_TARGET: new URL(target).host,
      SCRAPE_INTERVAL: '1s',
      METRICS_ENDPOINT: `${metrics.url}/opentelemetry/v1/metrics`,
      TRACES_ENDPOINT: traces.endpoint,
      OTLP_ENDPOINT: otlp,
      HEALTH_ENDPOINT: health,
    },
    ready: `http://${health}`,
  });
}
