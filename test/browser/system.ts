import { Redis } from 'ioredis';
import { holdSegments } from '../primes/internals.ts';
import { startRedis, startService, type ServiceName, type ServiceProcess } from '@primes/testing';

/** A Redis and the three services, as built, with the primes. Disposing of it stops everything in reverse order. */
export async function startPageSystem(env: Readonly<Record<string, string>> = {}) {
  await using parts = new AsyncDisposableStack();
  const redis = parts.use(await startRedis({ appendonly: true }));
  const storeRedis = parts.adopt(new Redis(redis.url), (client) => {
    client.disconnect();
  });
  const start = async (
    service: ServiceName,
    own: Readonly<Record<string, string>> = {},
  ): Promise<ServiceProcess> =>
    owned.use(
      await startService(
        service,
        { REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '10000', SIEVE_THREADS: '1', ...env, ...own },
        { program: 'built' },
      ),
    );
  let owned: AsyncDisposableStack = parts;
  const gateway = await start('metrics-gateway');
  const [api, worker] = await Promise.all([
    start('api', { METRICS_GATEWAY_URL: gateway.url }),
    start('worker'),
  ]);
  owned = parts.move();
  return {
    redis,
    api,
    worker,
    gateway,
    start,
    /** Keeps each task of 50,000,000 primes or more running until the returned function is called. */
    hold: () => holdSegments(storeRedis, 200),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
