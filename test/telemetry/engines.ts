import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleGroups } from '@primes/monitoring';
import { freePort } from '@primes/testing';
import { stringify } from 'yaml';
import { Engine } from './engine.ts';
import { Alerts } from './alerts.ts';
import { VictoriaMetrics } from './victoria-metrics.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The file that the chart gives to its sidecars. */
const COLLECTOR_CONFIG = join(ROOT, 'charts/primes/files/collector.yaml');

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

export interface CollectorSpec {
  readonly service: string;
  readonly pod?: string;
  /** The base URL of the process beside it. */
  readonly target: string;
  readonly metrics: VictoriaMetrics;
}

/** A collector as the chart starts it beside a process, but on ports that are free here. */
export async function startCollector({
  service,
  pod = `${service}-0`,
  target,
  metrics,
}: CollectorSpec): Promise<Engine> {
  const health = `127.0.0.1:${await freePort()}`;
  return Engine.start({
    program: 'otelcol-k8s',
    args: [`--config=${COLLECTOR_CONFIG}`],
    env: {
      SERVICE: service,
      VERSION: '0.0.0-test',
      POD_NAME: pod,
      POD_NAMESPACE: NAMESPACE,
      SCRAPE_TARGET: new URL(target).host,
      SCRAPE_INTERVAL: '1s',
      METRICS_ENDPOINT: `${metrics.url}/opentelemetry/v1/metrics`,
      OTLP_ENDPOINT: `127.0.0.1:${await freePort()}`,
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
