import { connect } from 'node:net';
import { type JobProgress } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { type TaskSummary, TaskSummarySchema } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import type { OpenResponse } from './http-client.ts';
import { setUp } from './set-up.ts';

/** Event streams and long-polls together. */
const MAX_WATCHERS = 101;

const { api, worker } = await setUp(async (keep) => {
  const started = keep(await startApi({ MAX_WATCHERS: String(MAX_WATCHERS) }));
  return { api: started, worker: keep(await manualWorker(started)) };
});

interface Event {
  readonly id: string;
  readonly task: TaskSummary;
}

/** An event stream and the events received so far. */
async function follow(id: string, headers: Record<string, string> = {}) {
  const response = await api.open({ path: `/tasks/${id}/events`, headers });
  const seen: Event[] = [];
  const whole = read(response, seen);
  // The client has disconnected.
  whole.catch(() => undefined);
  return { ...response, seen, whole };
}

async function read({ message }: OpenResponse, seen: Event[]): Promise<string> {
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

const progress = (done: number): JobProgress => ({
  startedAt: Date.now(),
  done,
  total: 4,
  counts: {},
});

async function expectSeen(seen: readonly Event[], ids: readonly string[]): Promise<void> {
  await eventually(() => {
    expect(seen.map(({ id }) => id)).toEqual(ids);
  });
}

describe('GET /tasks/{id}/events', () => {
  it('sends every change until the task is done', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
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
    // The same progress again is not a change.
    await task.job.updateProgress(progress(1));
    await task.job.updateProgress(progress(3));
    await expectSeen(seen, ['pending-0', 'processing-0', 'processing-25', 'processing-75']);
    await task.complete();
    const text = await whole;
    expect(seen.at(-1)).toMatchObject({ id: 'done-100', task: { status: 'done', progress: 100 } });
    expect(text).not.toContain('"result"');
    expect(text.match(/\n\n/g)).toHaveLength(5);
  });

  it('ends after a failure', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const { seen, whole } = await follow(id);
    await (await worker.take()).fail('timeout');
    await whole;
    expect(seen.at(-1)?.task).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  it('sends a retry as a return to pending', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const { seen, whole } = await follow(id);
    await expectSeen(seen, ['pending-0']);
    const task = await worker.take();
    await expectSeen(seen, ['pending-0', 'processing-0']);
    await task.end(new Error('worker lost'));
    await expectSeen(seen, ['pending-0', 'processing-0', 'pending-0']);
    await task.job.promote();
    await (await worker.take()).complete();
    await whole;
    expect(seen.at(-1)?.id).toBe('done-100');
  });

  it('ends at once when a waiting task is cancelled', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const { seen, whole } = await follow(id);
    await expectSeen(seen, ['pending-0']);
    await api.http('delete', `/tasks/${id}`).expect(202);
    await whole;
    expect(seen.map((event) => event.id)).toEqual(['pending-0', 'cancelled-0']);
  });

  it('starts with the changes since Last-Event-ID', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
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

    // 204 tells a client that has received the end not to reconnect; another receives the end.
    await api.http('get', `/tasks/${id}/events`).set('Last-Event-ID', 'done-100').expect(204);
    const late = await follow(id, { 'last-event-id': 'processing-75' });
    await late.whole;
    expect(late.seen.map((event) => event.id)).toEqual(['done-100']);
  });

  it('HEAD opens no stream', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const { headers } = await api.http('head', `/tasks/${id}/events`).expect(200);
    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    await (await worker.take()).complete();
  });

  it('serves a hundred clients of one task', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const clients = await Promise.all(Array.from({ length: 100 }, () => follow(id)));
    await (await worker.take()).complete();
    await Promise.all(clients.map(({ whole }) => whole));
    for (const { seen } of clients) expect(seen.at(-1)?.id).toBe('done-100');
  });

  it('releases clients that have disconnected, even before the first byte', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const task = await worker.take();
    const stays = await follow(id);
    await expectSeen(stays.seen, ['processing-0']);
    const alone = await readsOfChange(task, stays.seen);

    const clients = await Promise.all(Array.from({ length: 20 }, () => follow(id)));
    // One read of the task serves all 21 watchers; a periodic read every 5 s may be added.
    expect(await readsOfChange(task, stays.seen)).toBeLessThan(alone + 10);
    for (const client of clients) client.disconnect();
    await Promise.all(Array.from({ length: 50 }, () => disconnect(`/tasks/${id}/events`)));
    await eventually(() => {
      const aborted = api.process.logs.filter((line) => line['aborted'] === true && line['task_id'] === id);
      expect(aborted).toHaveLength(70);
    });
    await task.complete();
    await stays.whole;
    // All slots are free again.
    const { request_id: next } = await api.submit({ text: 'a' });
    const again = await Promise.all(Array.from({ length: MAX_WATCHERS }, () => follow(next)));
    for (const { message } of again) expect(message.statusCode).toBe(200);
    await (await worker.take()).complete();
    await Promise.all(again.map(({ whole }) => whole));
  });

  it('limits the number of clients, and tells further EventSources to retry', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const clients = await Promise.all(Array.from({ length: MAX_WATCHERS }, () => follow(id)));
    for (const path of [`/tasks/${id}/events`, `/tasks/${id}?wait=1`]) {
      const refused = await api.http('get', path).expect(503);
      expect(refused.headers).toMatchObject({ 'retry-after': '2' });
      expect(refused.text).toContain('urn:primes:problem:too_many_streams');
    }
    const events = api.http('get', `/tasks/${id}/events`).set('Accept', 'text/event-stream');
    expect((await events.expect(200)).text).toMatch(/^retry: [2-4]\d{3}\n\n$/);
    // Requests that do not stay open still work.
    expect(await api.view(id)).toMatchObject({ status: 'pending' });
    await api.http('head', `/tasks/${id}/events`).expect(200);
    const missing = `/tasks/${id.replace(/^.{8}/, '00000000')}/events`;
    await api.http('get', missing).set('Accept', 'text/event-stream').expect(404);

    for (const client of clients) client.disconnect();
    await eventually(async () => {
      await api.http('get', `/tasks/${id}?wait=1`).expect(200);
    });
    await (await worker.take()).complete();
  });
});

describe('?wait=', () => {
  it('reads the task at its start and after its end, but not after its other changes', async () => {
    const { request_id: followed } = await api.submit({ text: 'a' });
    const other = await worker.take();
    const { seen, whole } = await follow(followed);
    const { request_id: id } = await api.submit({ text: 'a' });
    const before = await reads();
    const polled = api.view(id, 'wait=30&limit=0');
    const task = await worker.take();
    let otherReads = 0;
    for (let change = 1; change <= 10; change++) {
      await task.job.updateProgress({ ...progress(0), done: change, total: 100 });
      // Events arrive in order, so the api has received the change of the polled task, too.
      otherReads += await readsOfChange(other, seen);
    }
    await task.complete();
    expect(await polled).toMatchObject({ status: 'done' });
    // One periodic read for every 5 s that this takes, and not one for each of the ten changes.
    expect((await reads()) - before - otherReads).toBeLessThan(10);
    await other.complete();
    await whole;
  });

  it('shows the state at the end of the wait', async () => {
    const { request_id: id } = await api.submit({ text: 'a' });
    const before = await reads();
    const polled = api.view(id, 'wait=5&limit=0');
    await eventually(async () => {
      expect(await reads()).toBeGreaterThan(before);
    });
    const task = await worker.take();
    await task.job.updateProgress(progress(2));
    expect(await polled).toMatchObject({ status: 'processing', progress: 50 });
    await task.complete();
  });
});

let step = 0;

/** The number of reads of a task from Redis that one change causes. */
async function readsOfChange(
  task: Awaited<ReturnType<typeof worker.take>>,
  seen: readonly Event[],
): Promise<number> {
  const before = await reads();
  await task.job.updateProgress({ ...progress(0), done: ++step, total: 100 });
  await eventually(() => {
    expect(seen.at(-1)?.id).toBe(`processing-${step}`);
  });
  return (await reads()) - before;
}

async function reads(): Promise<number> {
  return api.metric('redis_operations_total', /operation="hgetall"/);
}

/** Sends a request and closes the connection at once. */
async function disconnect(path: string): Promise<void> {
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
