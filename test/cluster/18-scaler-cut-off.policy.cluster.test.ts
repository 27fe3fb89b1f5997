import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRules, quicken } from '@primes/monitoring';
import { eventually } from '@primes/testing';
import { RULES } from '../telemetry/queries.ts';
import { OBSERVED, openVictoriaMetrics, removeEngines, startEngines } from './engines.ts';
import { figure, seconds } from './figures.ts';
import { QUICK, install } from './helm.ts';
import { NAMESPACE, get, kubectl } from './kubectl.ts';
import { diagnose } from './runbook.ts';
import { openSystem, type ClusterSystem } from './system.ts';
import { noWorkers, watchReplicas, workersReady } from './workers.ts';

const KEDA = ['--namespace', 'keda'];
const OPERATOR = 'deployment/keda-operator';
const API_SERVICE = 'v1beta1.external.metrics.k8s.io';
const POLICY = 'cut-off';
const TASKS = 40;
/** The metrics server responds to the HPA after a minute, with an error. */
const FIRST_ERROR_MS = 180_000;

/** Windows of five minutes become ten seconds; thresholds are unchanged. */
const ALERTS = quicken(parseRules(RULES), 30).groups.flatMap(({ rules }) => rules);

let system: ClusterSystem;
let metrics: Awaited<ReturnType<typeof openVictoriaMetrics>>;

beforeAll(async () => {
  await startEngines(['victoria-metrics']);
  await install(QUICK, OBSERVED);
  system = await openSystem();
  metrics = await openVictoriaMetrics();
});
afterAll(async () => {
  await connect();
  await scaleOperator(1);
  await metrics[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
  await removeEngines();
});

/** The results of an alert's expression: one for each namespace for which it holds. */
function holds(alert: string) {
  const rule = ALERTS.find((one) => one.alert === alert);
  if (!rule) throw new Error(`There is no alert ${alert}`);
  return metrics.query(rule.expr);
}

async function rolledOut(deployment: string): Promise<void> {
  await kubectl([...KEDA, 'rollout', 'status', deployment, '--timeout=120s'], { timeoutMs: 150_000 });
}

async function scaleOperator(replicas: number): Promise<void> {
  await kubectl([...KEDA, 'scale', OPERATOR, `--replicas=${replicas}`]);
  await rolledOut(OPERATOR);
}

/** No pod can connect to the operator; its own connections, to the gateway and to Redis, still work. */
async function disconnect(): Promise<void> {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: POLICY },
    spec: { podSelector: { matchLabels: { app: 'keda-operator' } }, policyTypes: ['Ingress'] },
  };
  await kubectl([...KEDA, 'apply', '--filename', '-'], { input: JSON.stringify(policy) });
  // A policy applies to new connections, so the existing one has to end.
  await kubectl([...KEDA, 'delete', 'pods', '--selector', 'app=keda-operator'], { timeoutMs: 90_000 });
  await rolledOut(OPERATOR);
}

async function connect(): Promise<void> {
  await kubectl([...KEDA, 'delete', 'networkpolicy', POLICY, '--ignore-not-found']);
}

/** Its name depends on how KEDA was installed. */
async function restartMetricsServer(): Promise<void> {
  const name = await kubectl(['get', 'apiservice', API_SERVICE, '--output', 'jsonpath={.spec.service.name}']);
  await kubectl([...KEDA, 'rollout', 'restart', `deployment/${name}`]);
}

describe("KEDA's metrics server without its operator", () => {
  it('adds no worker while everything is Ready; the alert holds, and its runbook helps', async () => {
    await noWorkers();
    await system.storeRedis.flushall();
    const release = await system.hold(0);
    await disconnect();
    await using replicas = await watchReplicas();
    const tasks = [];
    for (let i = 0; i < TASKS; i++) tasks.push(await system.submit({ n: 1_000 }));
    await workersReady(1);
    const alone = Date.now();
    await eventually(
      async () => {
        const found = await diagnose('TooFewWorkers');
        expect(found).toContain('<unknown>');
        expect(found).toContain('FailedGetExternalMetric');
        expect(found).toContain('timeout while waiting to establish gRPC');
      },
      { timeoutMs: FIRST_ERROR_MS, intervalMs: 2_000 },
    );
    const observed = Date.now() - alone;
    expect(Math.max(...replicas.changes.map(({ values }) => Number(values[0])))).toBe(1);
    await kubectl([...KEDA, 'wait', 'pods', '--all', '--for=condition=Ready', '--timeout=30s'], {
      timeoutMs: 40_000,
    });
    const { status } = await get('scaledobject', 'primes-worker');
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    await eventually(async () => {
      expect(await holds('TooFewWorkers')).toEqual([{ labels: { namespace: NAMESPACE }, value: TASKS - 4 }]);
    });
    // The operator calls the gateway.
    await eventually(async () => {
      expect(await holds('ScalerNotCalled')).toEqual([]);
    });

    await kubectl(['scale', 'deployment', 'primes-worker', '--replicas=3']);
    await workersReady(3);

    await connect();
    await restartMetricsServer();
    const repaired = Date.now();
    const more = await replicas.first(repaired, ([count]) => Number(count) > 3, 180_000);
    figure(
      `KEDA's metrics server cut off, ${TASKS} tasks`,
      `one worker for ${seconds(observed)}, 3 by hand; connected and restarted, more after ${seconds(more.at - repaired)}`,
    );
    await release();
    for (const task of tasks) {
      expect((await system.ended(task)).status).toBe('done');
      expect((await system.job(task)).attemptsMade).toBe(1);
    }
    await eventually(async () => {
      expect(await holds('TooFewWorkers')).toEqual([]);
    });
  });
});

describe("KEDA's operator, stopped", () => {
  it('does not call the gateway, which the alert reports before a task waits', async () => {
    await eventually(async () => {
      expect(await holds('ScalerNotCalled')).toEqual([]);
    });
    const calls = await metrics.query('sum by (rpc) (rate(prime_scaler_requests_total[30s]))');
    const rates = calls.map(({ labels, value }) => `${labels['rpc'] ?? ''} ${value.toFixed(2)}`);
    figure('calls of KEDA per second', rates.join(', '));
    await scaleOperator(0);
    await eventually(
      async () => {
        expect(await holds('ScalerNotCalled')).toHaveLength(1);
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    expect(await diagnose('ScalerNotCalled')).not.toMatch(/^keda-operator-(?!metrics).*Running/m);
    await scaleOperator(1);
    await eventually(
      async () => {
        expect(await holds('ScalerNotCalled')).toEqual([]);
      },
      { timeoutMs: 120_000, intervalMs: 500 },
    );
  });
});

describe("the queue's Redis, which cannot rewrite its append-only file", () => {
  it('serves, but the alert reports it, and its runbook shows it', async () => {
    const inPod = (...command: string[]) =>
      kubectl(['exec', 'primes-redis-queue-0', '--container', 'redis', '--', ...command]);
    const files = await inPod('ls', '/data/appendonlydir');
    const numbers = Array.from(files.matchAll(/\.(\d+)\.incr\.aof$/gm), ([, number]) => Number(number));
    // A folder with the name of the file that a rewrite opens.
    const next = `/data/appendonlydir/appendonly.aof.${Math.max(...numbers) + 1}.incr.aof`;
    await inPod('mkdir', next);
    try {
      await expect(system.redis.bgrewriteaof()).rejects.toThrow('rewriting');
      await eventually(
        async () => {
          expect(await holds('RedisDiskHigh')).toHaveLength(1);
        },
        { timeoutMs: 60_000, intervalMs: 500 },
      );
      const found = await diagnose('RedisDiskHigh');
      expect(found).toContain('aof_last_bgrewrite_status:err');
      expect(found).toMatch(/ \/data$/m);
      expect(found).toContain('appendonly.aof.manifest');
    } finally {
      await inPod('rmdir', next);
    }
    await system.redis.bgrewriteaof();
    await eventually(
      async () => {
        expect(await holds('RedisDiskHigh')).toEqual([]);
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
  });
});
