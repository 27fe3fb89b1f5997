import { appendFile, copyFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { createCertificate, eventually, freePort, startRedis, startService } from '@primes/testing';
import { Redis } from 'ioredis';
import { echoClient } from '../support/task-client.ts';

describe('the rotation of the certificate of Redis and of its CA', () => {
  it('fails no request while services trust both', async () => {
    await using parts = new AsyncDisposableStack();
    const old = parts.use(await createCertificate());
    const next = parts.use(await createCertificate());
    const both = `${old.caFile}.both`;
    await copyFile(old.caFile, both);
    await appendFile(both, next.ca);
    const port = await freePort();
    const tls = ['--tls-port', String(port), '--tls-auth-clients', 'no'];
    const files = [
      '--tls-cert-file',
      old.certFile,
      '--tls-key-file',
      old.keyFile,
      '--tls-ca-cert-file',
      both,
    ];
    const redis = parts.use(await startRedis({ appendonly: true, args: [...tls, ...files] }));
    const operator = parts.adopt(new Redis(redis.url), (connection) => {
      connection.disconnect();
    });
    const trusting = (ca: string) => ({ REDIS_URL: `rediss://127.0.0.1:${port}`, REDIS_TLS_CA_FILE: ca });
    const start = (service: 'api' | 'worker', env: Record<string, string>) =>
      startService(service, env, { job: 'echo' });
    const api = parts.use(await start('api', trusting(both)));
    parts.use(await start('worker', trusting(both)));
    const client = echoClient(() => api.url);

    const statuses: number[] = [];
    const stop = new AbortController();
    const load = (async () => {
      while (!stop.signal.aborted) statuses.push((await client.post({ text: 'a' })).status);
    })();
    const more = (count: number) => {
      const from = statuses.length;
      return eventually(() => {
        expect(statuses.length).toBeGreaterThan(from + count);
      });
    };
    await more(10);
    await operator.config('SET', 'tls-cert-file', next.certFile, 'tls-key-file', next.keyFile);
    await more(10);
    // Open connections keep the old certificate; new ones get the new one.
    expect(new Set(statuses)).toEqual(new Set([202]));
    await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    // The one that was on its way may succeed on the old connection.
    const killed = statuses.length + 1;
    await eventually(() => {
      expect(statuses.slice(killed).slice(-10)).toEqual(Array(10).fill(202));
    });
    stop.abort();
    await load;
    expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
    const task = await client.submit({ text: 'a' });
    expect((await client.ended(task)).status).toBe('done');

    // The last step: the old CA is no longer trusted.
    parts.use(await start('api', trusting(next.caFile)));
    const outdated = start('api', { ...trusting(old.caFile), REDIS_WAIT_MS: '1' });
    await expect(outdated).rejects.toThrow(/certificate|self-signed|unable to verify/);
  });
});
