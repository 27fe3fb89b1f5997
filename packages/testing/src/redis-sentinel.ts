import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createCertificate } from './certificate.ts';
import { eventually } from './eventually.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** Characters that differ between encodings, but no quote: a Sentinel writes the password to its file as it is. */
const PASSWORDS = { redis: 'a/b+c=:@%?#ü', sentinel: 'another/+=:@%?#' };
const PRIMARY = 'mymaster';

/** A failover takes as long as it takes to start the processes on a busy machine. */
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };

export type TestSentinels = Awaited<ReturnType<typeof startSentinels>>;

/** Three Sentinels, a primary and two replicas, with TLS and passwords. */
export async function startSentinels() {
  await using building = new AsyncDisposableStack();
  const tls = building.use(await createCertificate());
  const shared = { appendonly: true, tls, password: PASSWORDS.redis } as const;
  const replication = ['--masterauth', PASSWORDS.redis, '--repl-diskless-sync-delay', '0'];
  const primary = building.use(await startRedis({ ...shared, args: replication }));
  const replicaOf = ['--replicaof', `127.0.0.1 ${primary.port}`, ...replication];
  const replicas = [1, 2].map(async () => building.use(await startRedis({ ...shared, args: replicaOf })));
  const servers = [primary, ...(await Promise.all(replicas))];
  const connect = ({ url }: TestRedis) => {
    const redis = new Redis(url, { tls: { ca: tls.ca }, maxRetriesPerRequest: null });
    // Tests stop Redis on purpose.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  };
  const clients = new Map(servers.map((server) => [server.port, connect(server)] as const));
  await eventually(async () => {
    const info = (await clients.get(primary.port)?.info('replication')) ?? '';
    if (!/slave0:.*state=online/.test(info) || !/slave1:.*state=online/.test(info)) throw new Error(info);
  }, PATIENCE);

  const dir = await mkdtemp(join(tmpdir(), 'primes-test-sentinel-'));
  building.defer(() => rm(dir, { recursive: true, force: true }));
  const starting = [1, 2, 3].map(async (number) => {
    const configFile = join(dir, `${number}.conf`);
    await writeFile(configFile, sentinelConf(primary.port));
    const options = { tls, password: PASSWORDS.sentinel, configFile, args: ['--sentinel'] };
    return building.use(await startRedis(options));
  });
  const sentinels = await Promise.all(starting);
  const [sentinel] = sentinels.map(connect) as [Redis];
  /** A failover needs the votes of the others, and replicas that the Sentinel knows. */
  await eventually(async () => {
    const [state] = (await sentinel.call('SENTINEL', 'MASTERS')) as string[][];
    const fields = Object.fromEntries((state ?? []).map((name, i, all) => [name, all[i + 1]]));
    if (fields['num-other-sentinels'] !== '2' || fields['num-slaves'] !== '2') throw new Error(String(state));
  }, PATIENCE);

  async function primaryPort(): Promise<number> {
    const [, port] = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', PRIMARY)) as string[];
    return Number(port);
  }
  async function switched(from: number): Promise<void> {
    await eventually(async () => {
      const port = await primaryPort();
      const role = port === from ? undefined : (await clients.get(port)?.role())?.[0];
      if (role !== 'master') throw new Error(`The primary is ${port}, with the role ${String(role)}`);
    }, PATIENCE);
  }
  const addresses = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const login = `:${encodeURIComponent(PASSWORDS.redis)}@`;
  const parts = building.move();
  return {
    /** The environment of a service. */
    env: {
      REDIS_URL: `rediss+sentinel://${login}${addresses}/${PRIMARY}/0`,
      REDIS_SENTINEL_PASSWORD: PASSWORDS.sentinel,
      REDIS_TLS_CA_FILE: tls.caFile,
    },
    passwords: Object.values(PASSWORDS),
    sentinels,
    /** The server that the Sentinels name now, and a connection to it. */
    async primary() {
      const port = await primaryPort();
      const server = servers.find((one) => one.port === port);
      const client = clients.get(port);
      if (!server || !client) throw new Error(`No server has the port ${port}`);
      return { server, client };
    },
    /** SENTINEL FAILOVER; resolves once a replica has taken over and the former primary is its replica. */
    async failover(): Promise<void> {
      const from = await primaryPort();
      await eventually(() => sentinel.call('SENTINEL', 'FAILOVER', PRIMARY), PATIENCE);
      await switched(from);
      // Until then, services may still use the former primary; its demotion closes their connections.
      await eventually(async () => {
        const role = (await clients.get(from)?.role())?.[0];
        if (role !== 'slave') throw new Error(`The former primary has the role ${String(role)}`);
      }, PATIENCE);
    },
    /** Resolves once the Sentinels have replaced the primary that had this port. */
    switched,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function sentinelConf(primaryPort: number): string {
  return [
    'sentinel resolve-hostnames no',
    `sentinel monitor ${PRIMARY} 127.0.0.1 ${primaryPort} 2`,
    `sentinel auth-pass ${PRIMARY} "${PASSWORDS.redis}"`,
    `sentinel sentinel-pass "${PASSWORDS.sentinel}"`,
    // A process of a busy machine may pause for a second.
    `sentinel down-after-milliseconds ${PRIMARY} 3000`,
    `sentinel failover-timeout ${PRIMARY} 6000`,
  ].join('\n');
}
