import { eventually, startHttpServer, startService, type LogLine, type ServiceName } from '@primes/testing';
import { expect } from '@jest/globals';
import { echoClient, type TaskClient } from './task-client.ts';

/** A busy machine may take several times the documented time. */
const MARGIN = 4;

/** A command that was resent after a reconnect may have run twice: then BullMQ finds that the job has ended. */
const RESENT = /^Missing lock for job/;

/**
 * A process works on a job whose last state a failover has lost: the new primary does not have the job, or another worker
 * runs it, or a webhook whose task has to end again.
 */
export const LOST =
  /^((Missing (lock|key)|could not renew lock|Lock mismatch) for job|Job \S+ has pending dependencies)/;

function isFault({ level, err }: LogLine, expected: RegExp): boolean {
  const { message = '' } = (err ?? {}) as { message?: string };
  return level === 'fatal' || (level === 'error' && !expected.test(message));
}

/** The job of the services, an input, and a client. */
export interface SystemJob {
  readonly program: { readonly job?: 'echo' };
  readonly input: object;
  readonly client: (api: () => string) => TaskClient;
}
const ECHO: SystemJob = { program: { job: 'echo' }, input: { text: 'a' }, client: echoClient };

/** An api, a worker and a gateway, a webhook receiver, and a client. `env` says where Redis is. */
export async function startWholeSystem(
  env: Record<string, string>,
  { program, input, client: clientOf }: SystemJob = ECHO,
) {
  await using parts = new AsyncDisposableStack();
  /** Paths of webhooks that arrived. */
  const delivered = new Set<string>();
  const receiver = parts.use(
    await startHttpServer((req, res) => {
      delivered.add(req.url ?? '');
      res.writeHead(204).end();
    }, 'localhost'),
  );
  const start = async (service: ServiceName) =>
    parts.use(await startService(service, { WEBHOOK_ALLOWED_HOSTS: 'localhost', ...env }, program));
  const [api, worker, gateway] = await Promise.all([start('api'), start('worker'), start('metrics-gateway')]);
  const client = clientOf(() => api.url);
  const owned = parts.move();
  const processes = [api, worker, gateway];

  /** The status of `/readyz` and its Redis check, for all processes. */
  async function readiness(): Promise<string[]> {
    const responses = processes.map(async ({ url }) => {
      const response = await fetch(`${url}/readyz`);
      const { checks } = (await response.json()) as { checks: { redis: string } };
      return `${response.status} ${checks.redis}`;
    });
    return Promise.all(responses);
  }

  return {
    api,
    worker,
    gateway,
    processes,
    receiver,
    delivered,
    ...client,
    readiness,
    /** Expects that a task is done, its webhook is delivered, and all processes are ready. */
    async works(name: string, timeoutMs = 20_000): Promise<void> {
      // On a busy machine a command may time out: 503.
      const task = await eventually(() =>
        client.submit({ ...input, callback_url: `${receiver.url}/${name}` }),
      );
      await client.ended(task, timeoutMs);
      await eventually(() => {
        expect(delivered).toContain(`/${name}`);
      });
      await eventually(async () => {
        expect(await readiness()).toEqual(Array(3).fill('200 ok'));
      });
    },
    /** Submits until a task is accepted, within the documented time; other responses must be 503 with Retry-After. */
    async accepted(promisedMs: number) {
      return eventually(
        async () => {
          const response = await client.post(input);
          const body: unknown = await response.json();
          if (response.status !== 202) {
            expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
            throw new Error(JSON.stringify(body));
          }
          return body as { request_id: string };
        },
        { timeoutMs: promisedMs * MARGIN, intervalMs: 100 },
      );
    },
    /** Waits until the task is done, within the documented time. */
    async done(task: { request_id: string }, promisedMs: number): Promise<void> {
      const { status } = await client.ended(task, promisedMs * MARGIN);
      expect(status).toBe('done');
    },
    /** Expects that all processes recover without a restart, and log no errors except for the expected ones. */
    async recovers(promisedMs: number, expected = RESENT): Promise<void> {
      await eventually(
        async () => {
          expect(await readiness()).toEqual(Array(3).fill('200 ok'));
          const health = await fetch(`${gateway.url}/api/metrics/health`);
          expect(await health.json()).toMatchObject({ status: 'healthy' });
        },
        { timeoutMs: promisedMs * MARGIN },
      );
      for (const { logs } of processes) {
        expect(logs.filter((line) => isFault(line, expected))).toEqual([]);
        expect(logs.map(({ msg }) => msg)).not.toContain('stopping');
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
