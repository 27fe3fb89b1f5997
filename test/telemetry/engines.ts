import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleGroups } from '@primes/monitoring';
import { freePort } from '@primes/testing';
import { stringify } from 'yaml';
import { findOnPath } from '../../dev/on-path.ts';
import { TRACE_STORES } from '../../dev/telemetry/programs.ts';
import { Engine } from './engine.ts';
import { Alerts } from './alerts.ts';
import { TraceStore } from './trace-store.ts';
import { VictoriaMetrics } from './victoria-metrics.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The file that the chart gives to its sidecars. */
export const COLLECTOR_CONFIG = join(ROOT, 'charts/primes/files/collector.yaml');

/** What the collectors give as the label `namespace`. */
export const NAMESPACE = 'telemetry';

export async function startVictoriaMetrics() {
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = await mkdtemp(join(tmpdir(), 'primes-test-metrics-'));
  const engine = await Engine.start({
    program: 'victoria-metrics',
    args: [
      `-storageDataPath=${data}`,
      `-httpListenAddr=${new URL(url).host}`,
      // Otherwise the newest half minute cannot be asked for.
      '-search.latencyOffset=0s',
      // As in charts/observability: the scope is the collector's receiver, the same for all series.
      '-opentelemetry.promoteScopeMetadata=false',
      '-loggerLevel=ERROR',
    ],
    ready: `${url}/health`,
  });
  return Object.assign(new VictoriaMetrics(url), {
    engine,
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await rm(data, { recursive: true });
    },
  });
}

export async function startVmalert(metrics: VictoriaMetrics, rules: RuleGroups) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const dir = await mkdtemp(join(tmpdir(), 'primes-test-rules-'));
  const file = join(dir, 'rules.yaml');
  await writeFile(file, stringify(rules));
  const engine = await Engine.start({
    program: 'vmalert',
    args: [
      `-rule=${file}`,
      `-datasource.url=${metrics.url}`,
      `-httpListenAddr=${new URL(url).host}`,
      '-evaluationInterval=1s',
      // It waits half a minute for late data otherwise.
      '-rule.evalDelay=0s',
      '-notifier.blackhole',
      '-loggerLevel=ERROR',
    ],
    ready: `${url}/health`,
  });
  return Object.assign(new Alerts(url), {
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await rm(dir, { recursive: true });
    },
  });
}

/** VictoriaTraces, or Jaeger where that is not on the PATH; collectors send to its `endpoint`. */
export async function startTraceStore() {
  const [victoriaTraces] = TRACE_STORES;
  return (await findOnPath(victoriaTraces)) === undefined ? startJaeger() : startVictoriaTraces();
}

async function startVictoriaTraces() {
  const [program] = TRACE_STORES;
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = await mkdtemp(join(tmpdir(), 'primes-test-traces-'));
  const engine = await Engine.start({
    program,
    args: [`-storageDataPath=${data}`, `-httpListenAddr=${new URL(url).host}`, '-loggerLevel=ERROR'],
    ready: `${url}/health`,
  });
  return Object.assign(new TraceStore(`${url}/select/jaeger/api`), {
    endpoint: `${url}/insert/opentelemetry/v1/traces`,
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await rm(data, { recursive: true });
    },
  });
}

async function startJaeger() {
  const [, program] = TRACE_STORES;
  const address = async () => `127.0.0.1:${await freePort()}`;
  const [query, otlp, admin] = [await address(), await address(), await address()];
  const unused = ['collector.grpc-server', 'collector.http-server', 'collector.otlp.grpc'];
  const engine = await Engine.start({
    program,
    args: [
      `--query.http-server.host-port=${query}`,
      `--collector.otlp.http.host-port=${otlp}`,
      `--admin.http.host-port=${admin}`,
      ...[...unused, 'query.grpc-server', 'http-server'].map((server) => `--${server}.host-port=127.0.0.1:0`),
      ...['jaeger-binary', 'jaeger-compact', 'zipkin-compact'].map(
        (processor) => `--processor.${processor}.server-host-port=127.0.0.1:0`,
      ),
      '--memory.max-traces=10000',
      '--log-level=error',
    ],
    ready: `http://${admin}/`,
  });
  return Object.assign(new TraceStore(`http://${query}/api`), {
    endpoint: `http://${otlp}/v1/traces`,
    [Symbol.asyncDispose]: () => engine.stop(),
  });
}

export interface CollectorSpec {
  readonly service: string;
  readonly pod?: string;
  /** The base URL of the process beside it. */
  readonly target: string;
  readonly metrics: Pick<VictoriaMetrics, 'url'>;
  readonly traces: { readonly endpoint: string };
  /** Where it takes traces; a port of its own unless given. */
  readonly otlp?: string;
}

const VERSION = '0.0.0-test';

/** What the chart tells a process about itself. */
export function resourceAttributes(pod: string): string {
  return `service.version=${VERSION},k8s.pod.name=${pod},k8s.namespace.name=${NAMESPACE}`;
}

/** A collector as the chart starts it beside a process, but on ports that are free here. */
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
      POD_NAMESPACE: NAMESPACE,
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

/** The exporter beside a Redis, and where it answers. */
export async function startRedisExporter(redisUrl: string) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const engine = await Engine.start({
    program: 'redis_exporter',
    args: [`-redis.addr=${redisUrl}`, `-web.listen-address=${new URL(url).host}`],
    ready: `${url}/health`,
  });
  return Object.assign(engine, { url });
}
