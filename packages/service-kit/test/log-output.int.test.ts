import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { eventually, freePort, testRedisUrl, uniquePrefix } from '@primes/testing';

const SERVICE = new URL('../../../test/support/echo/metrics-gateway.ts', import.meta.url);

/** Starts a gateway whose log goes to this file, and returns it once it responds. */
async function startWithLog(file: string, env: Record<string, string> = {}) {
  const port = await freePort();
  await using log = await open(file, 'a');
  const child = spawn(process.execPath, [SERVICE.pathname], {
    stdio: ['ignore', log.fd, 'ignore'],
    env: {
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: uniquePrefix(),
      STORE_PREFIX: uniquePrefix(),
      HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      SCALER_PORT: '0',
      LOG_FORMAT: 'json',
      SHUTDOWN_LINGER_MS: '0',
      ...env,
    },
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  return {
    get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) }),
    child,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

// As on a full disk: each write fails with ENOSPC.
describe('a log that cannot be written', () => {
  it('does not stop a service, nor its end', async () => {
    await using service = await startWithLog('/dev/full');
    await eventually(async () => {
      expect((await service.get('/readyz')).status).toBe(200);
    });
    // More than the buffer holds.
    for (let i = 0; i < 200; i++)
      expect((await service.get(`/unknown/${'x'.repeat(6_000)}`)).status).toBe(404);
    expect((await service.get('/livez')).status).toBe(200);
    service.child.kill('SIGTERM');
    expect(await service.exited).toEqual([0, null]);
  });

  it('does not stop the end of a service that cannot start', async () => {
    await using service = await startWithLog('/dev/full', { GATEWAY_PORT: 'none' });
    expect(await service.exited).toEqual([1, null]);
  });
});
