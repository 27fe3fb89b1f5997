import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { WebhookNoticeSchema } from '@primes/contracts';
import { eventually, startRedis, startTcpProxy } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const env = { WEBHOOK_ALLOWED_HOSTS: 'localhost' };
const { redis, receiver } = await setUp(async (keep) => ({
  redis: keep(await startRedis()),
  receiver: keep(await startReceiver()),
}));

/** A TCP server that is not a webhook receiver. */
async function startTcpServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `localhost:${(server.address() as AddressInfo).port}`,
    /** The number of accepted connections. */
    get connections() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Submits tasks with webhooks and completes them. */
async function complete(api: TestApi, urls: readonly string[]): Promise<string[]> {
  await using worker = await manualWorker(api);
  const ids: string[] = [];
  for (const callback_url of urls) {
    ids.push((await api.submit({ text: 'a', callback_url })).request_id);
    await (await worker.take()).complete();
  }
  return ids;
}

describe('a receiver that does not respond', () => {
  it('does not delay other receivers, and its waiting webhooks use no attempt', async () => {
    await using hanging = await startTcpServer(() => undefined);
    await using api = await startApi({ ...env, REDIS_URL: redis.url, WEBHOOK_TIMEOUT_MS: '60000' });
    const hung = await complete(
      api,
      Array.from({ length: 200 }, () => `http://${hanging.url}/hung`),
    );
    await eventually(() => {
      expect(hanging.connections).toBe(16);
    });
    await complete(api, [receiver.url('/other')]);
    // Much less than the 60 s after which the first of the others times out.
    await receiver.arrived('/other', 1);
    expect(hanging.connections).toBe(16);
    const webhooks = await Promise.all(hung.map((id) => api.webhooks.getJob(id)));
    expect(webhooks.map((webhook) => webhook?.attemptsMade)).toEqual(hung.map(() => 0));
    // Deferred webhooks return at a bounded rate.
    const started = webhooks.reduce((sum, webhook) => sum + (webhook?.attemptsStarted ?? 0), 0);
    expect(started).toBeLessThan(10_000);

    // A webhook that has waited for a day is abandoned.
    const [old, notice] = await eventually(async () => {
      const [job] = await api.webhooks.getDelayed();
      if (!job) throw new Error('No webhook is deferred');
      return [job, WebhookNoticeSchema.parse(job.progress)] as const;
    });
    // An api of the previous version rejects data with other fields.
    expect(Object.keys(old.data as object).sort()).toEqual(['taskId', 'version']);
    const yesterday = new Date(Date.now() - 86_401_000).toISOString();
    await old.updateProgress({ ...notice, summary: { ...notice.summary, finished_at: yesterday } });
    // Its submission, or its last redelivery.
    await api.redis.hset(api.webhooks.toKey(old.id ?? ''), 'timestamp', Date.parse(yesterday));
    await eventually(
      async () => {
        expect(await old.getState()).toBe('failed');
      },
      { timeoutMs: 40_000 },
    );

    // On SIGTERM it returns the webhooks in progress to the queue and leaves the others there.
    api.process.kill('SIGTERM');
    expect(await api.process.exited).toBe(0);
    expect(await api.webhooks.getJobCounts('active', 'failed', 'completed')).toEqual({
      active: 0,
      failed: 1,
      completed: 1,
    });
    expect(await api.webhooks.getJobCountByTypes('waiting', 'delayed')).toBe(199);
  }, 180_000);
});

describe('a webhook', () => {
  it('to a host that is no longer allowed fails without retries', async () => {
    await using api = await startApi({ ...env, REDIS_URL: redis.url });
    await api.webhooks.pause();
    const [id = ''] = await complete(api, [receiver.url('/no-more')]);
    api.process.kill('SIGTERM');
    await api.process.exited;
    await api.start('api', { WEBHOOK_ALLOWED_HOSTS: 'elsewhere.example' });
    await api.webhooks.resume();
    await eventually(async () => {
      expect(await api.webhooks.getJob(id)).toMatchObject({
        attemptsMade: 1,
        finishedOn: expect.any(Number),
        failedReason: expect.stringContaining('WEBHOOK_ALLOWED_HOSTS'),
      });
    });
    expect(receiver.at('/no-more')).toHaveLength(0);
  });

  it('uses no attempt while its task cannot be read', async () => {
    await using proxy = await startTcpProxy(redis.port);
    await using api = await startApi({ ...env, REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '1000' });
    const behind = {
      ...env,
      REDIS_URL: proxy.url,
      REDIS_COMMAND_TIMEOUT_MS: '1000',
      QUEUE_PREFIX: api.prefix,
    };
    await api.webhooks.pause();
    const [id = ''] = await complete(api, [receiver.url('/unread')]);
    await using other = await startApi(behind);
    api.process.kill('SIGTERM');
    await api.process.exited;
    // The first command with the task's id reads the task.
    const held = proxy.holdFrom(`echo:${id}`);
    await api.webhooks.resume();
    await held;
    await eventually(async () => {
      // Only the read times out; the queue's own connection waits.
      expect((await other.send({ path: `/tasks/${id}` })).status).toBe(503);
    });
    proxy.set('pass');
    await receiver.arrived('/unread', 1);
    await eventually(async () => {
      expect(await (await api.webhooks.getJob(id))?.getState()).toBe('completed');
    });
    expect(other.process.logs.filter(({ msg }) => msg === 'webhook delivery failed')).toEqual([]);
  });

  it('logs no part of its URL, for any behavior of the receiver', async () => {
    await using silent = await startTcpServer(() => undefined);
    await using ssh = await startTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    await using broken = await startTcpServer((socket) => socket.destroy());
    await using api = await startApi({ ...env, REDIS_URL: redis.url, WEBHOOK_TIMEOUT_MS: '500' });
    const path = '/path-of-great-secrecy/?token=query-of-great-secrecy';
    const http = receiver.url('').replace('http://', '');
    receiver.respond(
      path,
      (res) => res.writeHead(302, { location: path }).end(),
      (res) => res.writeHead(500).end(),
    );
    const urls = [
      ...[silent.url, ssh.url, broken.url, http, http, 'localhost:1', 'nowhere.invalid'].map(
        (to) => `http://${to}`,
      ),
      ...[silent.url, ssh.url, http].map((to) => `https://${to}`),
    ];
    const ids = await complete(
      api,
      urls.map((url) => url + path),
    );
    await eventually(
      () => {
        const failed = api.process.logs.filter(({ msg }) => msg === 'webhook delivery failed');
        // Some may have been retried.
        expect(new Set(failed.map((line) => line['task_id']))).toEqual(new Set(ids));
      },
      { timeoutMs: 60_000 },
    );
    const output = JSON.stringify(api.process.logs);
    expect(output).not.toContain('great-secrecy');
    const jobs = await Promise.all(ids.map((id) => api.webhooks.getJob(id)));
    expect(JSON.stringify(jobs.map((job) => [job?.failedReason, job?.stacktrace]))).not.toContain(
      'great-secrecy',
    );
  }, 180_000);
});
