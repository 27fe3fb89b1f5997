import { connect } from 'node:net';
import { TaskSummarySchema, type JobProgress, type TaskSummary } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import type { OpenAnswer } from './http-client.ts';
import { setUp } from './set-up.ts';

const { api, worker } = await setUp(async (keep) => {
  const started = keep(await startApi());
  return { api: started, worker: keep(await handWorker(started)) };
});

interface Event {
  readonly id: string;
  readonly task: TaskSummary;
}

/** A stream of events, and what has come so far. */
async function follow(id: string, headers: Record<string, string> = {}) {
  const answer = await api.open({ path: `/tasks/${id}/events`, headers });
  const seen: Event[] = [];
  const whole = read(answer, seen);
  // A client that leaves wants no more of it.
  whole.catch(() => undefined);
  return { ...answer, seen, whole };
}

async function read({ message }: OpenAnswer, seen: Event[]): Promise<string> {
  let text = '';
  message.setEncoding('utf8');
  for await (const chunk of message) {
    text += chunk as string;
    const events = text.split('\n\n').slice(0, -1);
    for (const event of events.slice(seen.length)) {
      const [, id = '', data = ''] = /^id: (\S+)\nevent: task\ndata: (\{.*\})$/.exec(event) ?? [];
      seen.push({ id, task: TaskSummarySchema.parse(JSON.parse(data)) });
    }
  }
  return text;
}

const progress = (segmentsDone: number): JobProgress => ({
  startedAt: Date.now(),
  segmentsDone,
  segmentsTotal: 4,
  segmentsComputed: segmentsDone,
});

async function expectSeen(seen: readonly Event[], ids: readonly string[]): Promise<void> {
  await eventually(() => {
    expect(seen.map(({ id }) => id)).toEqual(ids);
  });
}

describe('GET /tasks/{id}/events', () => {
  it('tells every change until the task is done', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const { message, seen, whole } = await follow(id);
    expect(message.statusCode).toBe(200);
    expect(message.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await expectSeen(seen, ['pending-0']);
    const task = await worker.take();
    await expectSeen(seen, ['pending-0', 'processing-0']);
    await task.job.updateProgress(progress(1));
    await expectSeen(seen, ['pending-0', 'processing-0', 'processing-25']);
    // The same again is no change.
    await task.job.updateProgress(progress(1));
    await task.job.updateProgress(progress(3));
    await expectSeen(seen, ['pending-0', 'processing-0', 'processing-25', 'processing-75']);
    await task.complete();
    const text = await whole;
    expect(seen.at(-1)).toMatchObject({ id: 'done-100', task: { status: 'done', progress: 100 } });
    expect(text).not.toContain('"result"');
    expect(text.match(/\n\n/g)).toHaveLength(5);
  });

  it('ends with a failure', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const { seen, whole } = await follow(id);
    await (await worker.take()).fail('timeout');
    await whole;
    expect(seen.at(-1)?.task).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  it('tells of a retry', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const { seen, whole } = await follow(id);
    await expectSeen(seen, ['pending-0']);
    const task = await worker.take();
    await expectSeen(seen, ['pending-0', 'processing-0']);
    await task.end(new Error('a worker is lost'));
    await expectSeen(seen, ['pending-0', 'processing-0', 'pending-0']);
    await task.job.promote();
    await (await worker.take()).complete();
    await whole;
    expect(seen.at(-1)?.id).toBe('done-100');
  });

  it('ends at once when the task is cancelled, before any worker has heard of it', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const { seen, whole } = await follow(id);
    await expectSeen(seen, ['pending-0']);
    await api.http('delete', `/tasks/${id}`).expect(202);
    await whole;
    expect(seen.map((event) => event.id)).toEqual(['pending-0', 'cancelled-0']);
    await (await worker.take()).end(new UnrecoverableError('cancelled'));
  });

  it('starts with what has changed since Last-Event-ID', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const [same, other] = await Promise.all([
      follow(id, { 'last-event-id': 'pending-0' }),
      follow(id, { 'last-event-id': 'no such id' }),
    ]);
    await expectSeen(other.seen, ['pending-0']);
    await (await worker.take()).complete();
    await Promise.all([same.whole, other.whole]);
    expect(same.seen[0]?.id).not.toBe('pending-0');
    expect(same.seen.at(-1)?.id).toBe('done-100');
    expect(other.seen.at(-1)?.id).toBe('done-100');

    // A client that knows the end is told to come back no more; one that does not, is told the end.
    await api.http('get', `/tasks/${id}/events`).set('Last-Event-ID', 'done-100').expect(204);
    const late = await follow(id, { 'last-event-id': 'processing-75' });
    await late.whole;
    expect(late.seen.map((event) => event.id)).toEqual(['done-100']);
  });

  it('HEAD opens no stream', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const { headers } = await api.http('head', `/tasks/${id}/events`).expect(200);
    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    await (await worker.take()).complete();
  });

  it('goes on for a hundred clients of one task', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const clients = await Promise.all(Array.from({ length: 100 }, () => follow(id)));
    await (await worker.take()).complete();
    await Promise.all(clients.map(({ whole }) => whole));
    for (const { seen } of clients) expect(seen.at(-1)?.id).toBe('done-100');
  });

  it('lets go of a client that has left, also of one that left before the first byte', async () => {
    const { request_id: id } = await api.submit({ n: 1_000 });
    const task = await worker.take();
    const stays = await follow(id);
    await expectSeen(stays.seen, ['processing-0']);
    const alone = await readsOfChange(task, stays.seen);

    const clients = await Promise.all(Array.from({ length: 20 }, () => follow(id)));
    expect(await readsOfChange(task, stays.seen)).toBeGreaterThanOrEqual(alone + 20);
    for (const client of clients) client.leave();
    await Promise.all(Array.from({ length: 50 }, () => hangUp(`/tasks/${id}/events`)));
    await eventually(() => {
      const aborted = api.process.logs.filter((line) => line['aborted'] === true && line['task_id'] === id);
      expect(aborted).toHaveLength(70);
    });
    // Nobody reads the task any more but the one who stayed.
    expect(await readsOfChange(task, stays.seen)).toBe(alone);
    await task.complete();
    await stays.whole;
  });
});

let step = 0;

/** How often the api reads a task from Redis because it has changed once. */
async function readsOfChange(
  task: Awaited<ReturnType<typeof worker.take>>,
  seen: readonly Event[],
): Promise<number> {
  const before = await reads();
  await task.job.updateProgress({ ...progress(0), segmentsDone: ++step, segmentsTotal: 100 });
  await eventually(() => {
    expect(seen.at(-1)?.id).toBe(`processing-${step}`);
  });
  return (await reads()) - before;
}

async function reads(): Promise<number> {
  return api.metric('redis_operations_total', /operation="hgetall"/);
}

/** Sends a request and closes the connection in the same moment. */
async function hangUp(path: string): Promise<void> {
  const { hostname, port } = new URL(api.url);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const socket = connect(Number(port), hostname, () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, () => {
      socket.destroy();
    });
  });
  socket.on('close', () => {
    resolve(undefined);
  });
  await promise;
}
