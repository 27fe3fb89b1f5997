import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { ALERTS, containsNoIds, hasData, usesOnlyExisting, queriesIn } from '../telemetry/queries.ts';
import { EDGES, LAST_SPANS, edgesOf } from '../telemetry/trace-edges.ts';
import type { StoredSpan } from '../telemetry/trace-store.ts';
import { useTasks } from '../telemetry/traffic.ts';
import { OBSERVED, openEngines, removeEngines, startEngines } from './engines.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { NAMESPACE, kubectl } from './kubectl.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import { podsOf, workersReady } from './workers.ts';

/** The processes of the chart: one of each service, and two Redis. */
const SERVICES = ['api', 'metrics-gateway', 'redis-queue', 'redis-store', 'worker'];
/** Does not exist: its webhooks are retried, which is also an outcome. */
const WEBHOOK = 'http://receiver.example/';

let system: ClusterSystem;
let engines: Awaited<ReturnType<typeof openEngines>>;

beforeAll(async () => {
  await startEngines();
  await install(QUICK, OBSERVED, { scaling: { minReplicas: 1 } });
  await workersReady(1);
  system = await openSystem();
  engines = await openEngines();
  // An empty store: otherwise tasks that should fail would not.
  await system.storeRedis.flushall();
  await useTasks(system, { api: system.api, webhook: WEBHOOK });
});
afterAll(async () => {
  await engines[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
  await removeEngines();
});

describe('metrics of the sidecars in VictoriaMetrics', () => {
  it('come from every pod, under its own name', async () => {
    await eventually(
      async () => {
        const up = await engines.metrics.query('sum by (service) (up) > 0');
        expect(up.map(({ labels }) => labels['service']).toSorted()).toEqual(SERVICES);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    const pods = (await kubectl(['get', 'pods', '--output', 'jsonpath={.items[*].metadata.name}'])).split(
      ' ',
    );
    for (const { pod = '', namespace } of await engines.metrics.series('up')) {
      expect(pods).toContain(pod);
      expect(namespace).toBe(NAMESPACE);
    }
  });

  it.each(queriesIn(NAMESPACE))('has data for %s: %s', (_, expr) => hasData(engines.metrics, expr));

  it.each([...queriesIn(NAMESPACE), ...ALERTS])('has all metrics and labels of %s: %s', (_, expr) =>
    usesOnlyExisting(engines.metrics, expr),
  );

  it('contain no id of a task or a request', async () => {
    const series = await engines.metrics.value('count({__name__!=""})');
    figure('time series of two apis, a worker, a gateway and two Redis', String(series));
    await containsNoIds(engines.metrics);
  });

  it('include the last counters of a worker that is removed while it works', async () => {
    const release = await system.hold(20);
    const task = await system.submit({ n: 5_000_000 });
    const [pod = ''] = await eventually(
      async () => {
        const pods = await podsOf(task);
        expect(pods).toHaveLength(1);
        return pods;
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );
    const deleted = Date.now();
    await kubectl(['delete', 'pod', pod], { timeoutMs: 90_000 });
    const ended = Date.now();
    // A stopping worker counts it, so only its last scrape contains it.
    await eventually(
      async () => {
        expect(await engines.metrics.value(`prime_tasks_handed_over_total{pod="${pod}"}`)).toBe(1);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    figure(
      'a busy worker deleted: ended, its last counter in VictoriaMetrics',
      [ended, Date.now()].map((at) => seconds(at - deleted)).join(', '),
    );
    await release();
    expect((await system.ended(task, 60_000)).status).toBe('done');
  });
});

describe('the trace of one task, in Jaeger', () => {
  let spans: StoredSpan[];
  beforeAll(async () => {
    const traceId = randomBytes(16).toString('hex');
    await fetch(`${system.api}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', traceparent: `00-${traceId}-00000000000000c1-01` },
      // Larger than any other task here, so that there are segments to sieve.
      body: JSON.stringify({ n: 12_000_000, callback_url: WEBHOOK }),
    });
    spans = await eventually(
      async () => {
        const stored = await engines.traces.spans(traceId);
        expect(stored.map(({ name }) => name)).toEqual(expect.arrayContaining(LAST_SPANS));
        return stored;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
  });

  // The receiver does not exist, so it has no span.
  it.each(EDGES.filter(({ name }) => name !== 'POST'))(
    'has $name, a $kind span of $service',
    ({ name, kind, service, above }) => {
      expect([...new Set(edgesOf(spans, name))]).toEqual([above]);
      for (const span of spans.filter((one) => one.name === name)) {
        expect([span.kind, span.service]).toEqual([kind, service]);
      }
    },
  );

  it('names the pod of each span', async () => {
    const names = await kubectl(['get', 'pods', '--output', 'jsonpath={.items[*].metadata.name}']);
    for (const { resource } of spans) expect(names.split(' ')).toContain(resource['k8s.pod.name']);
  });
});

describe('vmalert', () => {
  it('loads all rules without an error, and fires no alert for a healthy service', async () => {
    await eventually(
      async () => {
        const rules = await engines.alerts.rules();
        expect(rules.map(({ name }) => name).toSorted()).toEqual(ALERTS.map(([alert]) => alert).toSorted());
        for (const { name, lastError } of rules) expect([name, lastError]).toEqual([name, '']);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    expect(await engines.alerts.firing()).toEqual([]);
  });
});
