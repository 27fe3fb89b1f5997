import { eventually } from '@primes/testing';
import { TaskSummarySchema } from '@primes/testing/echo';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startApi } from './api.ts';
import { ECHO_CONTRACT } from './conformance.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver, status, type Received } from './receiver.ts';
import { setUp } from './set-up.ts';

const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of this test file alone').toString('base64')}`;
const env = {
  WEBHOOK_SECRET,
  WEBHOOK_ALLOWED_HOSTS: 'localhost',
  WEBHOOK_BACKOFF_MS: '5',
  WEBHOOK_TIMEOUT_MS: '3000',
};
const { api, worker, receiver } = await setUp(async (keep) => {
  const started = keep(await startApi(env));
  return { api: started, worker: keep(await manualWorker(started)), receiver: keep(await startReceiver()) };
});

/** Submits a task with a webhook to a path. */
async function submit(path: string, body: object = { text: 'a' }): Promise<string> {
  return (await api.submit({ ...body, callback_url: receiver.url(path) })).request_id;
}

async function webhookOf(id: string) {
  const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
  const job = await api.webhooks.getJob(submission);
  if (!job) throw new Error('The task has no webhook');
  return job;
}

async function expectState(id: string, state: string): Promise<void> {
  await eventually(async () => {
    expect(await (await webhookOf(id)).getState()).toBe(state);
  });
}

function verify({ headers, body }: Received): unknown {
  return new Webhook(WEBHOOK_SECRET).verify(body, headers as Record<string, string>);
}

describe('GET /tasks/{id}/webhook', () => {
  const shown = async (id: string) =>
    (await api.http('get', `/tasks/${id}/webhook`).expect(200)).body as unknown;

  it('says how far the delivery is', async () => {
    receiver.respond('/shown', status(500), status(410), status(500), status(200));
    const id = await submit('/shown');
    expect(await shown(id)).toMatchObject({ state: 'waiting', attempts: 0, last_error: null, since: null });
    await (await worker.take()).complete();
    await expectState(id, 'failed');
    const { id: webhook_id = '' } = await webhookOf(id);
    expect(await shown(id)).toEqual({
      webhook_id,
      state: 'dead',
      attempts: 2,
      last_error: 'The receiver responded with 410 Gone',
      since: expect.any(String),
    });
    await api.http('post', `/webhooks/dead/${webhook_id}/redeliver`).expect(202);
    await expectState(id, 'completed');
    expect(await shown(id)).toMatchObject({ webhook_id, state: 'delivered', attempts: 2, last_error: null });
  });

  it('is null without a webhook, and 404 without a task', async () => {
    expect(await shown((await api.submit({ text: 'a' })).request_id)).toBeNull();
    await (await worker.take()).complete();
    await api.http('get', '/tasks/5f0c8d0e-2f0e-4d1e-8f8a-0d8f0c8d0e2f/webhook').expect(404);
  });
});

describe('a webhook', () => {
  it('is sent after the task, signed, and contains its view without the result', async () => {
    const id = await submit('/done');
    await expectState(id, 'waiting-children');
    const task = await worker.take();
    expect(receiver.at('/done')).toHaveLength(0);
    await task.complete();
    const [delivery] = await receiver.arrived('/done', 1);
    if (!delivery) throw new Error('No delivery has arrived');

    ECHO_CONTRACT.checkWebhook(delivery);
    const payload = TaskSummarySchema.parse(verify(delivery));
    const view = await api.view(id);
    expect({ ...payload, result: null }).toEqual(view);
    expect(payload).toMatchObject({ request_id: id, status: 'done', progress: 100 });
    expect(delivery.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': id,
      traceparent: view.traceparent,
    });
    expect(() => verify({ ...delivery, body: delivery.body.replace('done', 'gone') })).toThrow();
    await expectState(id, 'completed');
    expect(receiver.at('/done')).toHaveLength(1);
  });

  it('is sent for a failed task', async () => {
    await submit('/failed');
    await (await worker.take()).fail('timeout');
    const [delivery] = await receiver.arrived('/failed', 1);
    expect(delivery && verify(delivery)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  it('is sent for a cancelled task', async () => {
    const id = await submit('/cancelled');
    await api.http('delete', `/tasks/${id}`).expect(202);
    const [delivery] = await receiver.arrived('/cancelled', 1);
    expect(delivery && verify(delivery)).toMatchObject({ status: 'cancelled', error: null });
  });

  it('is retried after 500, a reset connection, a timeout and a redirect, always with the same id', async () => {
    receiver.respond(
      '/retried',
      status(500),
      (res) => res.destroy(),
      () => undefined,
      status(302, { location: receiver.url('/elsewhere') }),
      status(307, { location: receiver.url('/elsewhere') }),
    );
    const id = await submit('/retried');
    await (await worker.take()).complete();
    const deliveries = await receiver.arrived('/retried', 6);
    await expectState(id, 'completed');
    expect(deliveries).toHaveLength(6);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    for (const delivery of deliveries) expect(verify(delivery)).toMatchObject({ status: 'done' });
    expect(receiver.at('/elsewhere')).toHaveLength(0);
  });

  it('fails after eight attempts, and is kept', async () => {
    receiver.respond('/dead', ...Array.from({ length: 20 }, () => status(503)));
    const id = await submit('/dead');
    await (await worker.take()).complete();
    await expectState(id, 'failed');
    expect(receiver.at('/dead')).toHaveLength(8);
    expect(await api.webhooks.getFailed()).toMatchObject([
      {
        data: { taskId: id },
        attemptsMade: 8,
        failedReason: 'Expected status 2xx from the receiver, received 503',
        opts: { removeOnFail: { age: 604_800 } },
      },
    ]);
    expect(await api.metric('echo_webhook_deliveries_total', /outcome="dead"/)).toBeGreaterThan(0);
    expect(await api.view(id)).toMatchObject({ status: 'done' });
  });

  it('fails after 410 without retries', async () => {
    receiver.respond('/gone', status(410));
    const id = await submit('/gone');
    await (await worker.take()).complete();
    await expectState(id, 'failed');
    expect(await webhookOf(id)).toMatchObject({ attemptsMade: 1 });
    expect(receiver.at('/gone')).toHaveLength(1);
  });

  it("succeeds although the receiver's response never ends", async () => {
    receiver.respond('/chatty', (res) => {
      res.writeHead(200);
      const chat = () => {
        while (res.write('x'.repeat(16_384)));
      };
      res.on('drain', chat);
      chat();
    });
    const id = await submit('/chatty');
    await (await worker.take()).complete();
    await expectState(id, 'completed');
    expect(receiver.at('/chatty')).toHaveLength(1);
  });

  it('contains the task even if the task is evicted after the first attempt', async () => {
    receiver.respond('/evicted', status(500), status(500));
    await api.webhooks.pause();
    const id = await submit('/evicted');
    const webhook = await webhookOf(id);
    await (await worker.take()).complete();
    const view = await api.view(id);
    receiver.respond('/evicted', (res) => {
      void api.tasks.remove(id).then(() => res.writeHead(500).end());
    });
    await api.webhooks.resume();
    const [, second] = await receiver.arrived('/evicted', 2);
    expect(second && { ...(verify(second) as object), result: null }).toEqual(view);
    await eventually(async () => {
      expect(await webhook.getState()).toBe('completed');
    });
    await api.http('get', `/tasks/${id}`).expect(404);
  });

  it('fails, and is counted and logged, if its task was evicted before the first attempt', async () => {
    const dead = await api.metric('echo_webhook_deliveries_total', /outcome="dead"/);
    const id = await submit('/forgotten');
    const webhook = await webhookOf(id);
    await api.webhooks.pause();
    await (await worker.take()).complete();
    await api.tasks.remove(id);
    await api.webhooks.resume();
    await eventually(async () => {
      expect(await webhook.getState()).toBe('failed');
      expect(api.process.logs).toContainEqual(
        expect.objectContaining({
          msg: 'webhook delivery abandoned',
          webhook_id: webhook.id,
          task_id: id,
          reason: 'The task no longer exists',
        }),
      );
    });
    await eventually(async () => {
      expect(await api.metric('echo_webhook_deliveries_total', /outcome="dead"/)).toBe(dead + 1);
    });
    expect(receiver.at('/forgotten')).toHaveLength(0);
  });

  it('has another id for each task that reuses an expired Idempotency-Key', async () => {
    receiver.respond('/runs', status(500));
    const body = { text: 'a', callback_url: receiver.url('/runs') };
    const key = { 'Idempotency-Key': 'used-twice' };
    const { request_id: id } = await api.submit(body, key);
    await (await worker.take()).complete();
    await receiver.arrived('/runs', 2);
    await api.redis.hset(`${api.prefix}:echo:${id}`, 'finishedOn', Date.now() - 86_401_000);
    expect((await api.submit(body, key)).request_id).toBe(id);
    await (await worker.take()).complete();
    const ids = (await receiver.arrived('/runs', 3)).map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('is sent only for its own task, not for a newer one with the same id', async () => {
    await api.webhooks.pause();
    const body = { text: 'a', callback_url: receiver.url('/late-run') };
    const key = { 'Idempotency-Key': 'ran-twice' };
    const { request_id: id } = await api.submit(body, key);
    const first = await webhookOf(id);
    await (await worker.take()).complete();
    await api.redis.hset(`${api.prefix}:echo:${id}`, 'finishedOn', Date.now() - 86_401_000);
    await api.submit(body, key);
    const second = await webhookOf(id);
    await (await worker.take()).fail('crashed');
    await api.webhooks.resume();
    const [delivery] = await receiver.arrived('/late-run', 1);
    expect(delivery?.headers['webhook-id']).toBe(second.id);
    await eventually(async () => {
      expect(await first.getState()).toBe('failed');
    });
    expect(receiver.at('/late-run')).toHaveLength(1);
  });

  it.each([
    ['in seconds', 'seconds', () => '120'],
    ['as a date', 'date', () => new Date(Date.now() + 121_000).toUTCString()],
  ])('waits as long as Retry-After says, %s', async (_title, kind, header) => {
    receiver.respond(`/busy-${kind}`, status(429, { 'retry-after': header() }));
    const id = await submit(`/busy-${kind}`);
    await (await worker.take()).complete();
    await expectState(id, 'delayed');
    const webhook = await webhookOf(id);
    expect(webhook.delay).toBeGreaterThan(110_000);
    expect(webhook.attemptsMade).toBe(1);
    await webhook.promote();
    await receiver.arrived(`/busy-${kind}`, 2);
    await expectState(id, 'completed');
  });

  it('is delivered once the receiver has sent a 2xx status, even if the response never ends', async () => {
    receiver.respond('/slow-body', (res) => res.writeHead(200).write('thank'));
    const id = await submit('/slow-body');
    await (await worker.take()).complete();
    await expectState(id, 'completed');
    expect(receiver.at('/slow-body')).toHaveLength(1);
  });

  it('waits without a worker, and is sent when a worker starts', async () => {
    const ids = [await submit('/later', { text: 'a' }), await submit('/later', { text: 'a', priority: 2 })];
    for (const id of ids) await expectState(id, 'waiting-children');
    await api.start('worker');
    const deliveries = await receiver.arrived('/later', 2);
    const told = deliveries.map((delivery) => (verify(delivery) as { request_id: string }).request_id);
    expect(told.sort()).toEqual(ids.sort());
  });

  it('in progress when the api stops returns to the queue without using an attempt', async () => {
    // The last test, because it stops the api.
    receiver.respond('/held', () => undefined);
    const id = await submit('/held');
    await receiver.arrived('/held', 1);
    api.process.kill('SIGTERM');
    expect(await api.process.exited).toBe(0);
    expect(await webhookOf(id)).toMatchObject({ attemptsMade: 0 });
    await expectState(id, 'waiting');
    await api.start('api');
    const [first, second] = await receiver.arrived('/held', 2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    await expectState(id, 'completed');
  });
});
