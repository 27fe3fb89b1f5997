import { shownFields, taskSchemas, WEBHOOK_QUEUE, type JobType, type TaskSummary } from '@primes/contracts';
import { echo } from '@primes/testing/echo';
import { startService, testRedisUrl, uniquePrefix, type ServiceProcess } from '@primes/testing';
import { jest } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import supertest from 'supertest';
import { ECHO_CONTRACT, type Contract } from './conformance.ts';
import { open, send, type Sent } from './http-client.ts';

// Less than the 55 s of ?wait=60, so that a test fails whose request waits to the end.
jest.setTimeout(45_000);

export type TestApi = Awaited<ReturnType<typeof startApi>>;
type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/** The body of GET /tasks/{id}. */
export type TaskView = TaskSummary & { readonly result: unknown };

/** What the services of a test run. */
export interface Served {
  readonly type: JobType<object>;
  readonly contract: Contract;
  /** Default: the job that main.ts names. */
  readonly job?: 'echo';
}
const ECHO: Served = { type: echo, contract: ECHO_CONTRACT, job: 'echo' };

/** An api with its own key prefix, clients that check every response, and access to its queues. */
export async function startApi(
  env: Record<string, string> = {},
  { type, contract, ...program }: Served = ECHO,
) {
  const schemas = taskSchemas(shownFields(type), type.result);
  const redisUrl = env['REDIS_URL'] ?? testRedisUrl();
  const prefix = env['QUEUE_PREFIX'] ?? uniquePrefix();
  // On a busy machine, a command of a healthy Redis may take seconds.
  const patient = { REDIS_COMMAND_TIMEOUT_MS: '10000' };
  const shared = { REDIS_URL: redisUrl, QUEUE_PREFIX: prefix, STORE_PREFIX: prefix, ...patient };
  const api = await startService('api', { ...shared, ...env }, program);
  const services: ServiceProcess[] = [api];
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  // Tests stop Redis on purpose.
  redis.on('error', () => undefined);
  const tasks = new Queue(type.name, { connection: redis, prefix });
  const webhooks = new Queue(WEBHOOK_QUEUE, { connection: redis, prefix });
  for (const queue of [tasks, webhooks]) queue.on('error', () => undefined);
  await Promise.all([tasks.waitUntilReady(), webhooks.waitUntilReady()]);

  /** A supertest request whose response is checked against the document. */
  function http(method: Method, path: string): supertest.Test {
    const request = supertest(api.url)[method](path);
    return request.buffer(true).expect((res) => {
      const headers = res.headers as Record<string, string>;
      // Without a body superagent sets no text, unlike its type.
      const body = (res.text as string | undefined) ?? '';
      contract.checkResponse({ method: method.toUpperCase(), path, status: res.status, headers, body });
    });
  }

  async function submit(body: object, headers: Record<string, string> = {}): Promise<TaskSummary> {
    const response = await http('post', '/tasks').set(headers).send(body).expect(202);
    return schemas.summary.parse(response.body) as TaskSummary;
  }

  async function view(id: string, query = 'limit=0'): Promise<TaskView> {
    const response = await http('get', `/tasks/${id}?${query}`).expect(200);
    return schemas.task.parse(response.body) as TaskView;
  }

  return {
    url: api.url,
    process: api,
    prefix,
    redis,
    tasks,
    webhooks,
    http,
    /** Requests that are sent unchanged; see http-client.ts. */
    send: (sent: Sent) => send(api.url, sent, contract),
    open: (sent: Sent) => open(api.url, sent, contract),
    /** POST /tasks; expects 202. */
    submit,
    /** GET /tasks/{id}; expects 200. */
    view,
    /** Submits a task and waits until it is done. */
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
    /** Starts another process with the same key prefix. */
    async start(
      service: 'api' | 'worker' | 'metrics-gateway',
      more: Record<string, string> = {},
    ): Promise<ServiceProcess> {
      const started = await startService(service, { ...shared, ...env, ...more }, program);
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
