import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { Redis } from 'ioredis';
import { figure, seconds } from './figures.ts';
import { forward } from './forward.ts';
import { QUICK, install } from './helm.ts';
import { NAMESPACE, apply, get, kubectl } from './kubectl.ts';
import { blocks, runInShell } from './operations-page.ts';
import { podOfProgram } from './pods.ts';
import { openSystem } from './system.ts';
import { noWorkers } from './workers.ts';

const CLIENT = 'repeat';
const HOST = `${CLIENT}.${NAMESPACE}.svc`;
const port = 8_080;
const RELEASE_PODS = 'app.kubernetes.io/instance=primes';
const REDIS = ['primes-redis-queue-0', 'primes-redis-store-0'];
/** The kubelet updates the files of a Secret about once a minute. */
const KUBELET_MS = 180_000;
/** A pod of the api that is replaced still delivers for the 5 s in which it serves requests, and until it has stopped. */
const REPLACED_MS = 10_000;

/** The lines that the client prints. */
interface Delivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}
type Line =
  | { task: string; webhook: boolean }
  | { twice: string; time: number }
  | { failure: string }
  | { delivery: Delivery };

async function clientLog() {
  const lines = (await kubectl(['logs', CLIENT]))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  return {
    tasks: lines.filter((line) => 'task' in line),
    twice: lines.filter((line) => 'twice' in line),
    failures: lines.flatMap((line) => ('failure' in line ? [line.failure] : [])),
    deliveries: lines.flatMap((line) => ('delivery' in line ? [line.delivery] : [])),
  };
}

async function secrets(): Promise<Record<'webhook' | 'password', string>> {
  const { data = {} } = await get('secret', 'primes');
  const decoded = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  return { webhook: decoded('webhook-secret'), password: decoded('redis-password') };
}

/** A field of all pods of the release, or of these. */
async function fieldOfPods(path: string, pods: readonly string[] = []): Promise<string[]> {
  const which = pods.length > 0 ? pods : ['--selector', RELEASE_PODS];
  const text = await kubectl(['get', 'pods', ...which, '--output', `jsonpath={.items[*]${path}}`]);
  return text.split(' ');
}

async function startClient(): Promise<void> {
  const pod = await podOfProgram({
    name: CLIENT,
    labels: { 'primes-client': 'true' },
    env: [
      { name: 'API_URL', value: 'http://primes-api:8000' },
      { name: 'CALLBACK_URL', value: `http://${HOST}:${port}/` },
    ],
  });
  await kubectl(['delete', 'pod', CLIENT, '--ignore-not-found']);
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: CLIENT },
      spec: { selector: { app: CLIENT }, ports: [{ port }] },
    },
    { apiVersion: 'v1', kind: 'Pod', ...pod },
  );
  await eventually(
    async () => {
      expect((await clientLog()).deliveries.length).toBeGreaterThan(0);
    },
    { timeoutMs: 120_000, intervalMs: 500 },
  );
}

/** Whether one of the signatures is that of Standard Webhooks with this secret. */
function isSignedWith(secret: string, { body, headers }: Delivery): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures = '' } = headers;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${id ?? ''}.${time ?? ''}.${body}`)
    .digest('base64');
  return signatures.split(' ').includes(`v1,${signature}`);
}

describe('the rotation of all secrets in docs/operations.md', () => {
  beforeAll(() =>
    install(QUICK, {
      // More would take the CPU that the rollouts need.
      scaling: { maxReplicas: 2 },
      config: { api: { WEBHOOK_ALLOWED_HOSTS: HOST } },
      networkPolicy: { peers: { webhooks: [{ podSelector: { matchLabels: { app: CLIENT } } }] } },
    }),
  );

  it('fails no request, loses no task, creates none twice, and restarts no Redis', async () => {
    const before = await secrets();
    const redisPods = await fieldOfPods('.metadata.uid', REDIS);
    await startClient();

    const names = `${blocks[0]?.text ?? ''}\nkubectl config set-context --current --namespace "$NAMESPACE"`;
    const steps = blocks.filter(({ heading }) => heading === 'Rotation');
    expect(steps).toHaveLength(3);
    const ends: number[] = [Date.now()];
    for (const { text } of steps) {
      const { ok, output } = await runInShell(`${names}\n${text}`);
      expect({ ok, output: ok ? '' : output.slice(-4_000) }).toEqual({ ok: true, output: '' });
      ends.push(Date.now());
    }
    const [started = 0, announced = 0, switched = 0, removed = 0] = ends;
    const after = await secrets();
    expect(after.webhook).not.toBe(before.webhook);
    expect(after.password).not.toBe(before.password);

    // The last tasks and their webhooks.
    const { tasks } = await clientLog();
    await using system = await openSystem();
    await eventually(
      async () => {
        const states = await Promise.all(tasks.map(({ task }) => system.queue.getJobState(task)));
        expect(tasks.filter((_, i) => states[i] !== 'completed')).toEqual([]);
        const { deliveries } = await clientLog();
        const delivered = new Set(
          deliveries.map(({ body }) => (JSON.parse(body) as { request_id: string }).request_id),
        );
        expect(tasks.filter(({ task, webhook }) => webhook && !delivered.has(task))).toEqual([]);
      },
      { timeoutMs: 60_000, intervalMs: 1_000 },
    );
    const { failures, deliveries, twice } = await clientLog();
    await kubectl(['delete', 'pod', CLIENT, '--wait=false']);
    const took = [announced - started, switched - announced, removed - switched].map(seconds);
    figure(
      'rotation of all secrets',
      `${tasks.length} tasks and ${deliveries.length} webhooks, ${failures.length} failed requests; the steps took ${took.join(', ')}`,
    );
    expect(failures).toEqual([]);
    // The last step comes before RETENTION_SECONDS here, so it creates tasks twice.
    expect(twice.filter(({ time }) => time < switched)).toEqual([]);
    // A receiver with the old secret verifies all until the last step, one with the new secret all after the first, once
    // its pods are gone.
    const sentAt = ({ headers }: Delivery) => Number(headers['webhook-timestamp']) * 1_000;
    const early = deliveries.filter((delivery) => sentAt(delivery) < switched - 1_000);
    const late = deliveries.filter((delivery) => sentAt(delivery) > announced + REPLACED_MS);
    expect(Math.min(early.length, late.length)).toBeGreaterThan(0);
    expect(early.filter((delivery) => !isSignedWith(before.webhook, delivery))).toEqual([]);
    expect(late.filter((delivery) => !isSignedWith(after.webhook, delivery))).toEqual([]);
    expect(new Set(await fieldOfPods('.status.containerStatuses[*].restartCount'))).toEqual(new Set(['0']));
    expect(await fieldOfPods('.metadata.uid', REDIS)).toEqual(redisPods);
  });

  it('leaves only the new password, for the services, KEDA and the exporter', async () => {
    await using queue = await forward('primes-redis-queue', 6_379);
    await using exporter = await forward('primes-redis-queue', 9_121);
    await using system = await openSystem();
    await eventually(
      async () => {
        const hashes = (await system.redis.acl('GETUSER', 'default')) as unknown[];
        // That of the Secret, and that of the pod.
        expect(hashes[hashes.indexOf('passwords') + 1]).toHaveLength(2);
      },
      { timeoutMs: KUBELET_MS, intervalMs: 1_000 },
    );
    const { password } = await secrets();
    expect(await ping(queue.host, password)).toBe('PONG');
    expect(await ping(queue.host, `${password}x`)).toMatch(/^WRONGPASS/);

    // Connections with the old password may still be open.
    await system.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await noWorkers();
    // Connections of the services and of `openSystem` have names.
    await eventually(
      async () => {
        expect(await system.redis.client('LIST')).toMatch(/ name= .* cmd=(eval|evalsha|llen) /);
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    const task = await system.submit({ n: 1_000 });
    expect((await system.ended(task)).status).toBe('done');
    expect(await (await fetch(`http://${exporter.host}/metrics`)).text()).toMatch(/^redis_up 1$/m);
  });
});

/** The answer to a PING with this password, or the error. */
async function ping(host: string, password: string): Promise<string> {
  const redis = new Redis(`redis://${host}`, { password, lazyConnect: true, retryStrategy: () => null });
  let reason: string | undefined;
  redis.on('error', (error: Error) => (reason ??= error.message));
  try {
    await redis.connect();
    return await redis.ping();
  } catch (error) {
    return reason ?? (error as Error).message;
  } finally {
    redis.disconnect();
  }
}
