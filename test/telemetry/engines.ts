import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleGroups } from '@primes/monitoring';
import { Engine, freePort } from '@primes/testing';
import { stringify } from 'yaml';
import { findOnPath } from '../../dev/on-path.ts';
import { TRACE_STORES } from './programs.ts';
import { Alerts } from './alerts.ts';
import { TraceStore } from './trace-store.ts';
import { VictoriaMetrics } from './victoria-metrics.ts';

export async function startVictoriaMetrics() {
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = await mkdtemp(join(tmpdir(), 'primes-test-metrics-'));
  const engine = await Engine.start({
    program: 'victoria-metrics',
    args: [
      `-storageDataPath=${data}`,
      `-httpListenAddr=${new URL(url).host}`,
      // By default, queries exclude the last 30 s.
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
      // By default, it waits 30 s for late data.
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

/** VictoriaTraces, or Jaeger if that is not on the PATH; collectors send to its `endpoint`. */
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

/** The metrics exporter of a Redis, and its URL. */
export async function startRedisExporter(redisUrl: string) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const engine = await Engine.start({
    program: 'redis_exporter',
    args: [`-redis.addr=${redisUrl}`, `-web.listen-address=${new URL(url).host}`],
    ready: `${url}/health`,
  });
  return Object.assign(engine, { url });
}
