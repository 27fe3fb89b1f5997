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

/** Connections with the rules of a service. */
async function connect(commandTimeoutMs: number) {
  const { REDIS_URL: url, REDIS_SENTINEL_PASSWORD, REDIS_TLS_CA_FILE } = redis.env;
  const access = accessOf({
    REDIS_SENTINEL_PASSWORD,
    REDIS_TLS_CA: await readFile(REDIS_TLS_CA_FILE, 'utf8'),
  });
  const log = pino({ level: 'silent' });
  const connections = new RedisConnections({
    service: 'test',
    commandTimeoutMs,
    observe: () => undefined,
    log,
  });
  return { connections, keyspace: { url, prefix: 'test', access } };
}

it('leaves a primary that the Sentinels have replaced while it did not respond to a new connection', async () => {
  const former = await redis.primary();
  // They cannot demote it, so that nothing else makes the connection leave it.
  await former.client.acl('SETUSER', redis.sentinelUser, '-@all');
  former.server.signal('SIGSTOP');
  const { connections, keyspace } = await connect(30_000);
  try {
    const connection = connections.background(keyspace);
    await redis.switched(former.server.port);
    former.server.signal('SIGCONT');
    const { client } = await redis.primary();
    await eventually(async () => {
      await connection.set('test:left', '');
      expect(await client.exists('test:left')).toBe(1);
    });
  } finally {
    connections.close();
  }
});

it('opens every connection again after a failover, also those that are about to connect', async () => {
  const { connections, keyspace } = await connect(1_000);
  try {
    for (let i = 0; i < CONNECTIONS; i++) connections.background(keyspace);
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
