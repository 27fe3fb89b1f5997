import { mkdir, rm } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@primes/testing';
import { startReceiver, status } from '../../../services/api/test/receiver.ts';
import { HOLD, messages, startSystem } from '../../support/system.ts';
import { backup, restoreLatest, temporaryFolder } from './scripts.ts';

const KEY = 'order-1';
const HOOK = '/hook';

/** With a lock that expires and several starts of processes. */
const RESUME_MS = 10 * 60_000;

describe('a queue that is restored from a snapshot', () => {
  it(
    'has all tasks as they were, and goes on',
    async () => {
      await using receiver = await startReceiver();
      await using folder = await temporaryFolder();
      // A webhook that has failed waits for its next attempt.
      await using system = await startSystem({
        WEBHOOK_ALLOWED_HOSTS: 'localhost',
        WEBHOOK_BACKOFF_MS: '1000',
      });
      const keyed = (body: object) =>
        fetch(`${system.api.url}/tasks`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': KEY },
          body: JSON.stringify(body),
        });
      const worker = await system.start('worker', { WORKER_CONCURRENCY: '1' });
      receiver.respond(HOOK, ...Array.from({ length: 20 }, () => status(500)));
      const input = { text: 'done', callback_url: receiver.url(HOOK) };
      const done = await system.ended((await (await keyed(input)).json()) as { request_id: string });
      const before = await system.view(done.request_id, '');
      await receiver.arrived(HOOK, 1);
      const active = await system.submit({ text: 'active', hold: HOLD });
      await eventually(() => {
        expect(messages(worker, active)).toEqual(['task started']);
      });
      const waiting = await system.submit({ text: 'waiting' });
      const prioritized = await system.submit({ text: 'prioritized', priority: 1 });
      expect(await backup(folder.path, system.redisServer)).toMatchObject({ ok: true });

      // What happens after the snapshot is lost.
      const late = await system.submit({ text: 'late' });
      await system.release();
      for (const task of [active, waiting, prioritized, late]) await system.ended(task);
      worker.kill('SIGTERM');
      await worker.exited;
      await system.redisServer.stop('SIGKILL');
      await rm(system.redisServer.dir, { recursive: true });
      await mkdir(system.redisServer.dir);
      expect(await restoreLatest(folder.path, system.redisServer)).toMatchObject({ ok: true });
      await system.redisServer.start();

      expect(await eventually(() => system.view(done.request_id, ''))).toEqual(before);
      await expect(system.view(late.request_id)).rejects.toThrow('404');
      expect((await system.view(active.request_id)).status).toBe('processing');
      expect((await system.view(waiting.request_id)).status).toBe('pending');
      expect(await system.counters()).toEqual({ completed: '1' });
      const repeated = await keyed(input);
      expect({ status: repeated.status, body: await repeated.json() }).toMatchObject({
        status: 200,
        body: { request_id: done.request_id },
      });
      receiver.respond(HOOK);
      const delivered = receiver.at(HOOK).length;
      const [first] = await receiver.arrived(HOOK, delivered + 1);
      const last = receiver.at(HOOK).at(-1);
      expect(last?.headers['webhook-id']).toBe(first?.headers['webhook-id']);

      await system.release();
      const other = await system.start('worker');
      for (const task of [active, waiting, prioritized])
        expect((await system.ended(task)).status).toBe('done');
      expect(messages(other, done)).toEqual([]);
      for (const task of [active, waiting, prioritized]) {
        await eventually(() => {
          expect(messages(other, task)).toEqual(['task started', 'task completed']);
        });
      }
      expect(await system.counters()).toEqual({ completed: '4' });
    },
    RESUME_MS,
  );
});
