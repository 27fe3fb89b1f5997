import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually, startSentinels, type TestSentinels } from '@primes/testing';
import { RedisConnections, accessOf } from '@primes/service-kit';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';

/** Some of them are about to connect when the Sentinels report the failover. */
const CONNECTIONS = 40;

let redis: TestSentinels;
beforeEach(async () => {
  redis = await startSentinels();
});
afterEach(() => redis[Symbol.asyncDispose]());

it('opens every connection again after a failover, also those that are about to connect', async () => {
  const { REDIS_URL: url, REDIS_SENTINEL_PASSWORD, REDIS_TLS_CA_FILE } = redis.env;
  const access = accessOf({
    REDIS_SENTINEL_PASSWORD,
    REDIS_TLS_CA: await readFile(REDIS_TLS_CA_FILE, 'utf8'),
  });
  const connections = new RedisConnections({
    service: 'test',
    commandTimeoutMs: 1_000,
    observe: () => undefined,
    log: pino({ level: 'silent' }),
  });
  try {
    for (let i = 0; i < CONNECTIONS; i++) connections.background({ url, prefix: 'test', access });
    const areReady = () =>
      eventually(
        () => {
          expect(connections.ready).toBe(true);
        },
        { timeoutMs: 20_000 },
      );
    await areReady();
    const { server } = await redis.primary();
    // An attempt to connect waits for this Sentinel until its command times out.
    redis.sentinels[1]?.signal('SIGSTOP');
    await server.stop('SIGKILL');
    await redis.switched(server.port);
    await areReady();
  } finally {
    connections.close();
  }
});
