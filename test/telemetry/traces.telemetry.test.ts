import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TaskSummarySchema } from '@primes/primes';
import { COLLECTOR_NAMESPACE, eventually } from '@primes/testing';
import { startReceiver, type Received } from '../../services/api/test/receiver.ts';
import { startObservedSystem, type ObservedSystem } from './system.ts';
import { EDGES, LAST_SPANS, edgesOf } from './trace-edges.ts';
import type { StoredSpan } from './trace-store.ts';

const CLIENT_SPAN = '00000000000000c1';

/** One task with a webhook from a tracing client, with its spans and logs. */
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

/** No client polls the task, so every log line with its id belongs to its trace. */
async function followOneTask(): Promise<Seen> {
  await using receiver = await startReceiver();
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(`${system.api.url}/tasks`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      traceparent: `00-${traceId}-${CLIENT_SPAN}-01`,
      baggage: 'load.test=telemetry',
    },
    body: JSON.stringify({ n: 400_000, callback_url: receiver.url('/done') }),
  });
  const { request_id: taskId } = TaskSummarySchema.parse(await response.json());
  const [delivery] = await receiver.arrived('/done', 1);
  const spans = await eventually(
    async () => {
      const stored = await system.traces.spans(traceId);
      expect(stored.map(({ name }) => name)).toEqual(expect.arrayContaining(LAST_SPANS));
      return stored;
    },
    { timeoutMs: 40_000, intervalMs: 200 },
  );
  return { traceId, taskId, spans, delivery };
}

describe('the trace of one task', () => {
  it.each(EDGES)('has $name, a $kind span of $service', ({ name, kind, service, above }) => {
    // Two segments.
    const times = name === 'sieve' || name === 'store' ? 2 : 1;
    expect(edgesOf(seen.spans, name)).toEqual(Array<string>(times).fill(above));
    for (const span of seen.spans.filter((one) => one.name === name)) {
      expect([span.kind, span.service]).toEqual([kind, service]);
    }
  });

  it('contains the Redis commands of each step', () => {
    const commands = seen.spans.filter(({ tags }) => tags['db.system.name'] === 'redis');
    const above = new Set(commands.flatMap(({ name }) => edgesOf(seen.spans, name)));
    for (const part of ['plan', 'lease', 'store']) expect([...above]).toContain(part);
    // `send primes` is itself a command.
    expect([...above]).not.toContain('send primes');
  });

  it('contains the waiting time and the load-test attribute', () => {
    const named = (name: string) => seen.spans.find((span) => span.name === name)?.tags;
    expect(named('process primes')?.['primes.task.wait_seconds']).toBeGreaterThanOrEqual(0);
    expect(named('process primes')?.['messaging.message.id']).toBe(seen.taskId);
    expect(named('POST /tasks')?.['load.test']).toBe('telemetry');
  });

  it('contains the pod and the version in each span', () => {
    for (const { service, resource } of seen.spans) {
      expect(resource).toMatchObject({
        'service.namespace': 'primes',
        'service.version': '0.0.0-test',
        'k8s.pod.name': `${service}-0`,
        'k8s.namespace.name': COLLECTOR_NAMESPACE,
      });
    }
  });

  it('contains no id in a span name', () => {
    for (const { name } of seen.spans) expect(name).not.toMatch(/[0-9a-f]{8}|\d/);
  });

  it('is propagated to the webhook receiver', () => {
    const outgoing = seen.spans.find(({ name }) => name === 'POST');
    expect(seen.delivery?.headers['traceparent']).toBe(`00-${seen.traceId}-${outgoing?.spanId ?? ''}-01`);
  });

  it('has its id in every log line of the task, in api and worker', () => {
    for (const { logs } of [system.api, system.worker]) {
      const lines = logs.filter((line) => line['task_id'] === seen.taskId);
      expect(lines).not.toEqual([]);
      for (const line of lines) expect(line).toMatchObject({ trace_id: seen.traceId });
    }
  });
});
