import { TaskSummarySchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import { startReceiver, status, type Received } from './receiver.ts';
import { setUp } from './set-up.ts';

const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of this test file alone').toString('base64')}`;
const env = {
  WEBHOOK_SECRET,
  WEBHOOK_ALLOWED_HOSTS: 'localhost',
  WEBHOOK_BACKOFF_MS: '5',
  WEBHOOK_TIMEOUT_MS: '1000',
};
const { api, worker, receiver } = await setUp(async (keep) => {
  const started = keep(await startApi(env));
  return { api: started, worker: keep(await handWorker(started)), receiver: keep(await startReceiver()) };
});

/** Submits a task that calls back at a path. */
async function submit(path: string, body: object = { n: 5 }): Promise<string> {
  return (await api.submit({ ...body, callback_url: receiver.url(path) })).request_id;
}

async function webhookOf(id: string) {
  const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
  const job = await api.webhooks.getJob(submission);
  if (!job) throw new Error('The task has no webhook');
  return job;
}

async function expectState(id: string, state: string): Promise<void> {
  await eventually(
    async () => {
      expect(await (await webhookOf(id)).getState()).toBe(state);
    },
    { timeoutMs: 10_000 },
  );
}

function verify({ headers, body }: Received): unknown {
  return new Webhook(WEBHOOK_SECRET).verify(body, headers as Record<string, string>);
}

describe('a webhook', () => {
  it('waits for the task, and carries its view without the result, signed', async () => {
    const id = await submit('/done');
    await expectState(id, 'waiting-children');
    const task = await worker.take();
    expect(receiver.at('/done')).toHaveLength(0);
    await task.complete();
    const [delivery] = await receiver.arrived('/done', 1);
    if (!delivery) throw new Error('Nothing came');

    const payload = TaskSummarySchema.parse(verify(delivery));
    const view = await api.view(id);
    expect({ ...payload, result: [] }).toEqual(view);
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

  it('tells of a task that failed', async () => {
    await submit('/failed');
    await (await worker.take()).fail('timeout');
    const [delivery] = await receiver.arrived('/failed', 1);
    expect(delivery && verify(delivery)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  it('tells of a task that was cancelled', async () => {
    const id = await submit('/cancelled');
    await api.http('delete', `/tasks/${id}`).expect(202);
    await (await worker.take()).end(new UnrecoverableError('cancelled'));
    const [delivery] = await receiver.arrived('/cancelled', 1);
    expect(delivery && verify(delivery)).toMatchObject({ status: 'cancelled', error: null });
  });

  it('is tried again after 500, a broken connection, silence and a redirect, always under one id', async () => {
    receiver.answer(
      '/again',
      status(500),
      (res) => res.destroy(),
      () => undefined,
      status(302, { location: receiver.url('/elsewhere') }),
      status(307, { location: receiver.url('/elsewhere') }),
    );
    const id = await submit('/again');
    await (await worker.take()).complete();
    const deliveries = await receiver.arrived('/again', 6);
    await expectState(id, 'completed');
    expect(deliveries).toHaveLength(6);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    for (const delivery of deliveries) expect(verify(delivery)).toMatchObject({ status: 'done' });
    expect(receiver.at('/elsewhere')).toHaveLength(0);
  });

  it('is dead after eight attempts, and kept', async () => {
    receiver.answer('/dead', ...Array.from({ length: 20 }, () => status(503)));
    const id = await submit('/dead');
    await (await worker.take()).complete();
    await expectState(id, 'failed');
    expect(receiver.at('/dead')).toHaveLength(8);
    expect(await api.webhooks.getFailed()).toMatchObject([
      {
        data: { taskId: id },
        attemptsMade: 8,
        failedReason: 'The receiver answered 503',
        opts: { removeOnFail: { age: 604_800 } },
      },
    ]);
    expect(await api.metric('prime_webhook_deliveries_total', /outcome="dead"/)).toBeGreaterThan(0);
    expect(await api.view(id)).toMatchObject({ status: 'done' });
  });

  it('is dead at once after 410', async () => {
    receiver.answer('/gone', status(410));
    const id = await submit('/gone');
    await (await worker.take()).complete();
    await expectState(id, 'failed');
    expect(await webhookOf(id)).toMatchObject({ attemptsMade: 1 });
    expect(receiver.at('/gone')).toHaveLength(1);
  });

  it('does not mind a receiver that answers for ever', async () => {
    receiver.answer('/chatty', (res) => {
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

  it('of a task that is gone ends silently', async () => {
    const id = await submit('/forgotten');
    const webhook = await webhookOf(id);
    await api.webhooks.pause();
    await (await worker.take()).complete();
    await api.tasks.remove(id);
    await api.webhooks.resume();
    await eventually(async () => {
      expect(await webhook.getState()).toBe('completed');
    });
    expect(receiver.at('/forgotten')).toHaveLength(0);
  });

  it('waits with no worker at all, and comes when one does', async () => {
    const ids = [await submit('/later', { n: 1 }), await submit('/later', { n: 100, priority: 2 })];
    for (const id of ids) await expectState(id, 'waiting-children');
    await api.start('worker');
    const deliveries = await receiver.arrived('/later', 2);
    const told = deliveries.map((delivery) => (verify(delivery) as { request_id: string }).request_id);
    expect(told.sort()).toEqual(ids.sort());
  });

  it('under way when the api stops is handed back, and no attempt is spent', async () => {
    // The last test: from here on there is another api.
    receiver.answer('/held', () => undefined);
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
