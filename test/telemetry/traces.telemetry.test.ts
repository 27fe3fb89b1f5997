import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TaskSummarySchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { startReceiver, type Received } from '../../services/api/test/receiver.ts';
import { NAMESPACE } from './engines.ts';
import { startObservedSystem, type ObservedSystem } from './system.ts';
import type { StoredSpan } from './trace-store.ts';

jest.setTimeout(120_000);

const CLIENT_SPAN = '00000000000000c1';

/** One task with a webhook, from a client that traces, with all that can be seen of it. */
interface Seen {
  readonly traceId: string;
  readonly taskId: string;
  readonly spans: readonly StoredSpan[];
  readonly delivery: Received | undefined;
}

let system: ObservedSystem;
let seen: Seen;
beforeAll(async () => {
  system = await startObservedSystem({ WEBHOOK_ALLOWED_HOSTS: 'localhost' });
  seen = await followOneTask();
});
afterAll(() => system[Symbol.asyncDispose]());

/** Nobody polls for the task, so that each line which names it is of its own trace. */
async function followOneTask(): Promise<Seen> {
  await using receiver = await startReceiver();
  const traceId = randomBytes(16).toString('hex');
  const answer = await fetch(`${system.api.url}/tasks`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      traceparent: `00-${traceId}-${CLIENT_SPAN}-01`,
      baggage: 'load.test=telemetry',
    },
    body: JSON.stringify({ n: 400_000, callback_url: receiver.url('/done') }),
  });
  const { request_id: taskId } = TaskSummarySchema.parse(await answer.json());
  const [delivery] = await receiver.arrived('/done', 1);
  const spans = await eventually(
    async () => {
      const stored = await system.traces.spans(traceId);
      // The last to end in each process.
      for (const name of ['process primes', 'process webhooks', 'POST /tasks']) {
        expect(stored.map((span) => span.name)).toContain(name);
      }
      return stored;
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
  return { traceId, taskId, spans, delivery };
}

/** Each span of that name, with the name of the one above it. */
function edges(name: string): string[] {
  return seen.spans
    .filter((span) => span.name === name)
    .map((span) => seen.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name ?? 'none');
}

describe('the trace of one task', () => {
  it.each([
    { name: 'POST /tasks', kind: 'server', service: 'api', above: ['none'] },
    { name: 'send primes', kind: 'producer', service: 'api', above: ['POST /tasks'] },
    { name: 'process primes', kind: 'consumer', service: 'worker', above: ['send primes'] },
    { name: 'plan', kind: 'internal', service: 'worker', above: ['process primes'] },
    { name: 'lease', kind: 'internal', service: 'worker', above: ['process primes'] },
    { name: 'sieve', kind: 'internal', service: 'worker', above: ['process primes', 'process primes'] },
    { name: 'store', kind: 'internal', service: 'worker', above: ['process primes', 'process primes'] },
    { name: 'process webhooks', kind: 'consumer', service: 'api', above: ['send primes'] },
    { name: 'POST', kind: 'client', service: 'api', above: ['process webhooks'] },
  ])('has $name, a $kind span of $service', ({ name, kind, service, above }) => {
    expect(edges(name)).toEqual(above);
    for (const span of seen.spans.filter((one) => one.name === name)) {
      expect([span.kind, span.service]).toEqual([kind, service]);
    }
  });

  it('has the Redis commands of each part', () => {
    const commands = seen.spans.filter(({ tags }) => tags['db.system.name'] === 'redis');
    const above = new Set(commands.flatMap(({ name }) => edges(name)));
    for (const part of ['send primes', 'plan', 'lease', 'store']) expect([...above]).toContain(part);
  });

  it('says how long the task waited, and that it is of a load test', () => {
    const named = (name: string) => seen.spans.find((span) => span.name === name)?.tags;
    expect(named('process primes')?.['primes.task.wait_seconds']).toBeGreaterThanOrEqual(0);
    expect(named('process primes')?.['messaging.message.id']).toBe(seen.taskId);
    expect(named('POST /tasks')?.['load.test']).toBe('telemetry');
  });

  it('says which pod and version each span is from', () => {
    for (const { service, resource } of seen.spans) {
      expect(resource).toMatchObject({
        'service.namespace': 'primes',
        'service.version': '0.0.0-test',
        'k8s.pod.name': `${service}-0`,
        'k8s.namespace.name': NAMESPACE,
      });
    }
  });

  it('has no name with an id', () => {
    for (const { name } of seen.spans) expect(name).not.toMatch(/[0-9a-f]{8}|\d/);
  });

  it('is the one that the receiver of the webhook is told', () => {
    const outgoing = seen.spans.find(({ name }) => name === 'POST');
    expect(seen.delivery?.headers['traceparent']).toBe(`00-${seen.traceId}-${outgoing?.spanId ?? ''}-01`);
  });

  it('is named by every log line of the task, in api and worker', () => {
    for (const { logs } of [system.api, system.worker]) {
      const lines = logs.filter((line) => line['task_id'] === seen.taskId);
      expect(lines.length).toBeGreaterThanOrEqual(2);
      for (const line of lines) expect(line).toMatchObject({ trace_id: seen.traceId });
    }
  });
});
