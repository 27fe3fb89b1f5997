import {
  eventually,
  startHttpServer,
  startService,
  startTcpProxy,
  testRedisUrl,
  uniquePrefix,
} from '@primes/testing';
import { release } from '@primes/testing/echo/run';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiError, createClient, hasEnded, type SubmitTask, type TaskSummary } from '../src/index.ts';
import { verifyWebhook, WebhookVerificationError } from '../src/webhook.ts';

jest.setTimeout(60_000);

const secret = `whsec_${Buffer.from('only-for-tests-webhook-secret-0').toString('base64')}`;
const otherSecret = `whsec_${Buffer.from('only-for-tests-webhook-secret-1').toString('base64')}`;
const prefix = uniquePrefix();
const env = {
  REDIS_URL: testRedisUrl(),
  QUEUE_PREFIX: prefix,
  STORE_PREFIX: prefix,
  REDIS_COMMAND_TIMEOUT_MS: '10000',
  WEBHOOK_ALLOWED_HOSTS: 'localhost',
};
const redis = new Redis(env.REDIS_URL);
const [api, worker] = await Promise.all([
  startService('api', env, { job: 'echo' }),
  startService('worker', env, { job: 'echo' }),
]);
afterAll(async () => {
  redis.disconnect();
  await Promise.all([api[Symbol.asyncDispose](), worker[Symbol.asyncDispose]()]);
});

const client = createClient({ baseUrl: api.url });

/** The services of this suite run the echo job; the types are those of the job that main.ts names. */
const input = (fields: object): SubmitTask => fields as SubmitTask;

async function collect(tasks: AsyncIterable<TaskSummary>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { status, progress } of tasks) seen.push(`${status} ${progress}`);
  return seen;
}

describe('submit()', () => {
  it('returns the accepted task, and the ended one with wait()', async () => {
    const submission = client.submit(input({ text: 'a' }));
    expect(await submission).toMatchObject({ progress: 0 });
    const { request_id: id } = await submission;
    expect(await submission.wait()).toMatchObject({ request_id: id, status: 'done' });
    expect(await client.wait(id, { result: true })).toMatchObject({ result: { text: 'a', steps: 1 } });
  });

  it('throws the problem of a rejected task', async () => {
    const error = await client.submit(input({ words: 1 })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, code: 'invalid', problem: { title: expect.any(String) } });
  });

  it('creates one task although the first response is lost', async () => {
    let calls = 0;
    const flaky: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      calls += 1;
      if (calls === 1) throw new TypeError('The connection was lost');
      return response;
    };
    const { request_id: id } = await createClient({ baseUrl: api.url, fetch: flaky }).submit(
      input({ text: 'once' }),
    );
    expect(calls).toBe(2);
    const tasks = (await Array.fromAsync(client.taskPages({ limit: 3 }))).flat();
    const texts = tasks.map((task) => (task as unknown as { text: string }).text);
    expect(texts.filter((each) => each === 'once')).toHaveLength(1);
    expect(tasks.map((task) => task.request_id)).toContain(id);
  });

  it('repeats a submission that the server cannot take yet, after Retry-After', async () => {
    const answers = [503, 429];
    await using server = await startHttpServer((_req, res) => {
      res.writeHead(answers.shift() ?? 202, { 'Retry-After': '0.01', 'Content-Type': 'application/json' });
      res.end('{"request_id":"1","status":"pending"}');
    });
    const task = await createClient({ baseUrl: server.url }).submit(input({ text: 'a' }));
    expect([task.request_id, answers]).toEqual(['1', []]);
  });

  it('gives up when the time for retries is over', async () => {
    await using server = await startHttpServer((_req, res) => {
      res.writeHead(503, { 'Retry-After': '1' }).end();
    });
    const impatient = createClient({ baseUrl: server.url, retryMs: 0 });
    await expect(impatient.submit(input({ text: 'a' }))).rejects.toMatchObject({ status: 503, code: '' });
  });

  it('stops waiting at the timeout, and when its signal is aborted', async () => {
    const held = client.submit(input({ text: 'a', hold: 'timeout' }));
    await expect(held.wait({ timeoutMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
    const controller = new AbortController();
    const waiting = held.wait({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await release(redis, prefix, 'timeout');
    expect(await held.wait()).toMatchObject({ status: 'done' });
  });
});

describe('events()', () => {
  it('yields the task until it ends, through lost connections', async () => {
    const { port } = new URL(api.url);
    await using proxy = await startTcpProxy(Number(port));
    const { request_id: id } = await client.submit(input({ text: 'a', steps: 2, hold: 'events' }));
    const through = createClient({ baseUrl: `http://127.0.0.1:${proxy.port}` });
    const seen: string[] = [];
    const whole = (async () => {
      for await (const { status } of through.events(id)) seen.push(status);
    })();
    await eventually(() => {
      expect(seen).toContain('processing');
    });
    const before = seen.length;
    proxy.set('cut');
    await release(redis, prefix, 'events');
    await client.wait(id);
    proxy.set('pass');
    await whole;
    // With Last-Event-ID, the server does not repeat what was received.
    expect(seen.slice(before)).not.toContain('pending');
    expect(seen.at(-1)).toBe('done');
  });

  it('ends at once for a task that has ended, and throws for an unknown one', async () => {
    const { request_id: id } = await client.submit(input({ text: 'a' })).wait();
    expect(await collect(client.events(id))).toEqual(['done 100']);
    const unknown = collect(client.events('00000000-0000-4000-8000-000000000000'));
    await expect(unknown).rejects.toMatchObject({ status: 404 });
  });

  it('connects again when the server has room, or the quota allows it', async () => {
    const answers = [503, 429];
    await using server = await startHttpServer((_req, res) => {
      const status = answers.shift();
      if (status !== undefined) res.writeHead(status, { 'Retry-After': '0.01' }).end();
      else res.end('event: task\ndata: {"status":"done","progress":100}\n\n');
    });
    const events = createClient({ baseUrl: server.url }).events('1');
    expect([await collect(events), answers]).toEqual([['done 100'], []]);
  });

  it('disconnects when the consumer leaves the loop', async () => {
    let connection: AbortSignal | undefined;
    const spy: typeof fetch = (request, init) => {
      connection = (request as Request).signal;
      return fetch(request, init);
    };
    const left = client.submit(input({ text: 'a', hold: 'leave' }));
    const { request_id: id } = await left;
    for await (const task of createClient({ baseUrl: api.url, fetch: spy }).events(id)) {
      if (!hasEnded(task)) break;
    }
    expect(connection?.aborted).toBe(true);
    await release(redis, prefix, 'leave');
    await left.wait();
  });
});

describe('taskPages()', () => {
  // A page may repeat tasks of the previous one while the list grows: all tasks of the other tests have ended.
  it('yields all pages of a list', async () => {
    await Promise.all([1, 2, 3].map(() => client.submit(input({ text: 'a' })).wait()));
    const pages = await Array.fromAsync(client.taskPages({ status: 'done', limit: 2 }));
    const ids = pages.flat().map(({ request_id }) => request_id);
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('verifyWebhook()', () => {
  it('returns the task if one of the secrets has signed it, and throws otherwise', async () => {
    const received: { headers: IncomingHttpHeaders; body: string }[] = [];
    await using receiver = await startHttpServer((req, res) => {
      void text(req).then((body) => {
        received.push({ headers: req.headers, body });
        res.writeHead(204).end();
      });
    }, 'localhost');
    const { request_id: id } = await client.submit(input({ text: 'a', callback_url: receiver.url }));
    const { headers, body } = await eventually(() => {
      const [first] = received;
      if (!first) throw new Error('No webhook yet');
      return first;
    });
    expect(verifyWebhook(headers, body, [otherSecret, secret])).toMatchObject({
      request_id: id,
      status: 'done',
    });
    expect(verifyWebhook(new Headers(headers as Record<string, string>), body, [secret])).toMatchObject({
      request_id: id,
    });
    expect(() => verifyWebhook(headers, body, [otherSecret])).toThrow(WebhookVerificationError);
    expect(() => verifyWebhook(headers, `${body} `, [secret])).toThrow(WebhookVerificationError);
  });
});
