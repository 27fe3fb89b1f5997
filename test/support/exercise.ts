import { randomUUID } from 'node:crypto';
import { eventually } from '@primes/testing';
import { expect } from '@jest/globals';
import type { startWholeSystem } from './whole-system.ts';

type System = Pick<
  Awaited<ReturnType<typeof startWholeSystem>>,
  'api' | 'gateway' | 'submit' | 'view' | 'ended'
>;

/**
 * Uses every path of a system that depends on Redis: submission, priority, idempotency, cancellation of a waiting and of
 * a running task, retries, events, lists, and what the gateway samples. The webhook is part of `works()`.
 */
export async function exercise({ api, gateway, submit, view, ended }: System): Promise<void> {
  const request = (method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, { method, headers });
  const post = (body: object, headers: Record<string, string>) =>
    fetch(`${api.url}/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  // Idempotency: the same task for the same body, a conflict for another.
  const key = { 'Idempotency-Key': randomUUID() };
  const first = await post({ text: 'once' }, key);
  const { request_id: id } = (await first.json()) as { request_id: string };
  expect(first.status).toBe(202);
  const again = await post({ text: 'once' }, key);
  expect([again.status, ((await again.json()) as { request_id: string }).request_id]).toEqual([200, id]);
  expect((await post({ text: 'other' }, key)).status).toBe(409);
  await ended({ request_id: id });

  // A priority, and a run that fails twice.
  const urgent = await submit({ text: 'urgent', priority: 3, throws: 2 });
  expect((await ended(urgent)).status).toBe('done');

  // Cancelling a running task needs the message to its worker; the others wait for a slot.
  const long = { text: 'long', steps: 600, step_ms: 100 };
  const running = await Promise.all([1, 2, 3, 4].map(() => submit(long)));
  await eventually(async () => {
    for (const task of running) expect((await view(task.request_id)).status).toBe('processing');
  });
  const waiting = await submit(long);
  const events = await request('GET', `/tasks/${waiting.request_id}/events`, {
    accept: 'text/event-stream',
  });
  for (const task of [waiting, ...running]) {
    const { status } = await request('DELETE', `/tasks/${task.request_id}`);
    expect(status).toBe(202);
    expect((await ended(task)).status).toBe('cancelled');
  }
  // The stream ends with the task.
  expect(await events.text()).toContain('"status":"cancelled"');

  const { tasks } = (await (await request('GET', '/tasks?status=done&limit=10')).json()) as {
    tasks: { request_id: string }[];
  };
  expect(tasks.map((task) => task.request_id)).toContain(id);
  await eventually(async () => {
    const stats = await fetch(`${gateway.url}/api/metrics/all`);
    expect(await stats.json()).toMatchObject({
      health: { status: 'healthy' },
      task_stats: { cancelled: 5 },
      redis_stats: { connected: true },
    });
  });
}
