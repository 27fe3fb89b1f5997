import { describe, expect, it } from '@jest/globals';
import {
  SERVICES,
  eventually,
  startRedis,
  startService,
  startTcpProxy,
  type ServiceName,
  type ServiceProcess,
} from '@primes/testing';
import { Redis } from 'ioredis';
import { secretFinder } from '../support/secrets.ts';
import { echoClient } from '../support/task-client.ts';

/** Contains characters that each encoding represents differently. */
const SECRETS = {
  redis: 'redis/s3cret+of:this@run?ü',
  rotated: 'another/s3cret+of:this@run?ü',
  wrong: 'not/the+s3cret:of@this?ü',
  idempotency: 'idempotency/s3cret+of:this?run',
  otherIdempotency: 'other-idempotency/s3cret+of:this?run',
  webhook: 'webhook/s3cret+of:this?run--',
  otherWebhook: 'other-webhook/s3cret+of:this?run',
  admin: 'admin/s3cret+of:this?run',
  key: 'idempotency-key-0a1b2c3d4e5f',
  callback: 'callback-t0ken-0a1b2c3d4e5f',
} as const;

function start(service: ServiceName, env: Record<string, string>): Promise<ServiceProcess> {
  return startService(service, env, { job: 'echo' });
}

const found = secretFinder(SECRETS);

describe('secretFinder()', () => {
  it.each(['utf8', 'base64', 'base64url', 'hex'] as const)('finds a secret within %s', (encoding) => {
    for (const around of ['', 'a', 'ab', 'abc']) {
      const output = Buffer.from(`${around}${SECRETS.redis}${around}`).toString(encoding);
      expect(found(output)).not.toEqual([]);
    }
  });
});

describe('the output of all processes during faults', () => {
  it('contains no secret, in any encoding', async () => {
    await using redis = await startRedis();
    await using proxy = await startTcpProxy(redis.port);
    using stack = new DisposableStack();
    const operator = stack.adopt(new Redis(redis.url), (connection) => {
      connection.disconnect();
    });
    await operator.config('SET', 'requirepass', SECRETS.redis);
    const redisUrl = (password: string, port = proxy.port) =>
      `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const whsec = (secret: string) => `whsec_${Buffer.from(secret).toString('base64')}`;
    const env = {
      REDIS_URL: proxy.url,
      REDIS_PASSWORD: SECRETS.redis,
      LOG_LEVEL: 'trace',
      IDEMPOTENCY_SECRET: SECRETS.idempotency,
      IDEMPOTENCY_SECRET_OTHER: SECRETS.otherIdempotency,
      WEBHOOK_SECRET: whsec(SECRETS.webhook),
      WEBHOOK_SECRET_OTHER: whsec(SECRETS.otherWebhook),
      WEBHOOK_ALLOWED_HOSTS: 'localhost',
      WEBHOOK_BACKOFF_MS: '100',
      ADMIN_USER: 'admin',
      ADMIN_PASSWORD: SECRETS.admin,
    };
    await using parts = new AsyncDisposableStack();
    const processes = await Promise.all(SERVICES.map(async (name) => parts.use(await start(name, env))));
    const [{ url: api }] = processes as [(typeof processes)[number]];
    const client = echoClient(() => api);
    /** Nothing listens there, so deliveries fail. */
    const callback_url = `http://user:${SECRETS.callback}@localhost:9/?token=${SECRETS.callback}`;
    const use = async () => {
      await fetch(`${api}/tasks`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': SECRETS.key },
        body: JSON.stringify({ text: 'a', callback_url: callback_url.replace(/user:.*@/, '') }),
      });
      await fetch(`${api}/tasks`, { method: 'POST', body: JSON.stringify({ text: 'a', callback_url }) });
      for (const path of ['/tasks', '/admin/queues', `/tasks?token=${SECRETS.callback}`, '/metrics']) {
        const authorization = `Basic ${Buffer.from(`admin:${SECRETS.admin}`).toString('base64')}`;
        await fetch(`${api}${path}`, { headers: { authorization } });
      }
    };
    const recovers = async () => {
      await eventually(() => client.submit({ text: 'a' }), { timeoutMs: 30_000, intervalMs: 200 });
      await use();
    };
    await recovers();

    // The password is rotated and the old one is revoked: every new connection is rejected.
    await operator.config('SET', 'requirepass', SECRETS.rotated);
    await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(() => {
      for (const { logs } of processes) expect(JSON.stringify(logs)).toContain('WRONGPASS');
    });
    await use();
    await operator.config('SET', 'requirepass', SECRETS.redis);
    await recovers();

    await operator.script('FLUSH');
    await use();
    for (const [name, value, before] of [
      ['maxmemory', '1mb', '0'],
      ['min-replicas-to-write', '1', '0'],
    ] as const) {
      await operator.config('SET', name, value);
      await use();
      await operator.config('SET', name, before);
      await recovers();
    }
    await operator.acl('SETUSER', 'default', '-hset', '-evalsha');
    await use();
    await operator.acl('SETUSER', 'default', '+@all');
    await recovers();
    proxy.set('cut');
    await use();
    proxy.set('pass');
    await recovers();

    const failures = [
      start('api', { ...env, REDIS_PASSWORD: SECRETS.wrong }),
      start('api', { ...env, REDIS_PASSWORD: '', REDIS_URL: redisUrl(SECRETS.wrong) }),
      // Credentials in both places.
      start('worker', { ...env, REDIS_URL: redisUrl(SECRETS.wrong) }),
      start('worker', { ...env, REDIS_PASSWORD: '', REDIS_URL: `redis://:${SECRETS.wrong}@[` }),
      start('worker', { ...env, STORE_REDIS_URL: redisUrl(SECRETS.wrong) }),
      start('worker', { ...env, STORE_REDIS_URL: proxy.url, STORE_REDIS_PASSWORD: SECRETS.wrong }),
      start('api', { ...env, WEBHOOK_SECRET: SECRETS.wrong }),
      start('api', { ...env, WEBHOOK_SECRET_OTHER: SECRETS.wrong }),
      start('api', { ...env, IDEMPOTENCY_SECRET_OTHER: SECRETS.idempotency }),
      start('metrics-gateway', { ...env, REDIS_URL: 'redis://127.0.0.1:1', REDIS_WAIT_MS: '1' }),
    ];
    const starts = await Promise.allSettled(failures);
    expect(starts.map(({ status }) => status)).toEqual(failures.map(() => 'rejected'));
    const errors = starts.map((start) => String((start as PromiseRejectedResult).reason));

    const [, worker] = processes as [unknown, (typeof processes)[number]];
    for (const one of processes) one.kill('SIGTERM');
    await Promise.all(processes.map(({ exited }) => exited));
    const output = [
      ...processes.map(({ logs }) => logs.map((line) => JSON.stringify(line)).join('\n')),
      ...errors,
    ];
    // The output is not empty.
    expect(output.join('\n')).toMatch(/WRONGPASS/);
    expect(worker.logs.length).toBeGreaterThan(5);
    expect(found(output.join('\n'))).toEqual([]);
  });
});
