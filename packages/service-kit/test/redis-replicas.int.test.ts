import { eventually, startCluster } from '@primes/testing';
import { createLogger, RedisConnections } from '@primes/service-kit';
import { expect, it } from '@jest/globals';

const PREFIX = '{a}';

it('in a Cluster, a write waits for the replicas of the node that executes it', async () => {
  await using cluster = await startCluster();
  const log = await createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
  const options = { service: 'test', commandTimeoutMs: 2_000, observe: () => undefined, log };
  const connections = new RedisConnections(options);
  const redis = connections.request({ url: cluster.url, prefix: PREFIX }, 1);
  const write = (key: string) => redis.set(key, '');
  const lacks = /^NOREPLICAS expected 1 replicas, received 0/;
  try {
    await eventually(() => write(PREFIX));
    const { primary, replica } = await cluster.serving(PREFIX);
    const other = await keyOfAnother(cluster, primary.server.port);
    await eventually(() => write(other));

    replica?.server.signal('SIGSTOP');
    await expect(write(PREFIX)).rejects.toThrow(lacks);
    await expect(write(other)).resolves.toBe('OK');
    replica?.server.signal('SIGCONT');
    await eventually(() => write(PREFIX));

    // The connection learns of the new primary by MOVED, and waits for its replica, the former primary.
    await cluster.failover(PREFIX);
    await eventually(() => write(PREFIX));
    primary.server.signal('SIGSTOP');
    await expect(write(PREFIX)).rejects.toThrow(lacks);
    primary.server.signal('SIGCONT');
    await eventually(() => write(PREFIX));
  } finally {
    connections.close();
  }
});

/** A key that the primary with this port does not serve. */
async function keyOfAnother(
  cluster: Awaited<ReturnType<typeof startCluster>>,
  port: number,
): Promise<string> {
  for (let i = 0; ; i++) {
    const { primary } = await cluster.serving(`{${i}}`);
    if (primary.server.port !== port) return `{${i}}`;
  }
}
