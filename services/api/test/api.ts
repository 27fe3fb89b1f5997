import {
  TASK_QUEUE,
  TaskSummarySchema,
  TaskViewSchema,
  WEBHOOK_QUEUE,
  type TaskSummary,
  type TaskView,
} from '@primes/contracts';
import { startService, testRedisUrl, uniquePrefix, type ServiceProcess } from '@primes/testing';
import { jest } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import supertest from 'supertest';
import { checkAnswer } from './conformance.ts';
import { open, send, type Sent } from './http-client.ts';

// Processes take their time to start on a busy machine; no test may take as long as ?wait=60.
jest.setTimeout(20_000);

export type TestApi = Awaited<ReturnType<typeof startApi>>;
type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/** A real api on keys of its own, clients that check every answer, and a look behind the scenes. */
export async function startApi(env: Record<string, string> = {}) {
  const redisUrl = env['REDIS_URL'] ?? testRedisUrl();
  const prefix = env['QUEUE_PREFIX'] ?? uniquePrefix();
  const shared = { REDIS_URL: redisUrl, QUEUE_PREFIX: prefix, STORE_PREFIX: prefix };
  const api = await startService('api', { ...shared, ...env });
  const services: ServiceProcess[] = [api];
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  // Tests that stop Redis mean it.
  redis.on('error', () => undefined);
  const tasks = new Queue(TASK_QUEUE, { connection: redis, prefix });
  const webhooks = new Queue(WEBHOOK_QUEUE, { connection: redis, prefix });
  for (const queue of [tasks, webhooks]) queue.on('error', () => undefined);
  await Promise.all([tasks.waitUntilReady(), webhooks.waitUntilReady()]);

  /** A supertest request whose answer is checked against the document. */
  function http(method: Method, path: string): supertest.Test {
    const request = supertest(api.url)[method](path);
    return request.buffer(true).expect((res) => {
      const headers = res.headers as Record<string, string>;
      // For an answer without a body superagent has no text at all, whatever its type says.
      const body = (res.text as string | undefined) ?? '';
      checkAnswer({ method: method.toUpperCase(), path, status: res.status, headers, body });
    });
  }

  async function submit(body: object, headers: Record<string, string> = {}): Promise<TaskSummary> {
    const answer = await http('post', '/tasks').set(headers).send(body).expect(202);
    return TaskSummarySchema.parse(answer.body);
  }

  async function view(id: string, query = 'limit=0'): Promise<TaskView> {
    return TaskViewSchema.parse((await http('get', `/tasks/${id}?${query}`).expect(200)).body);
  }

  return {
    url: api.url,
    process: api,
    prefix,
    redis,
    tasks,
    webhooks,
    http,
    /** Byte by byte what is told; see http-client.ts. */
    send: (sent: Sent) => send(api.url, sent),
    open: (sent: Sent) => open(api.url, sent),
    /** POST /tasks that must be accepted. */
    submit,
    /** GET /tasks/{id} that must be answered. */
    view,
    /** Submits, and waits until the task has ended as done. */
    async compute(body: object): Promise<string> {
      const { request_id: id } = await submit(body);
      const { status } = await view(id, 'wait=30&limit=0');
      if (status !== 'done') throw new Error(`The task is ${status}`);
      return id;
    },
    /** The sum of a metric's samples whose line matches. */
    async metric(name: string, labels = /^/): Promise<number> {
      const { text } = await http('get', '/metrics').expect(200);
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && labels.test(line));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    /** Another process on the same keys. */
    async start(
      service: 'api' | 'worker' | 'metrics-gateway',
      more: Record<string, string> = {},
    ): Promise<ServiceProcess> {
      const started = await startService(service, { ...shared, ...env, ...more });
      services.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
      await Promise.all([tasks.close(), webhooks.close()]);
      redis.disconnect();
    },
  };
}
