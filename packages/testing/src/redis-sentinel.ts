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
/** The user of the Sentinels at the servers. */
const SENTINEL_USER = 'sentinel';

/** A failover takes as long as it takes to start the processes on a busy machine. */
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };

/** Milliseconds after which a Sentinel counts as stopped. */
const WATCHER_TIMEOUT_MS = 5_000;

export type TestSentinels = Awaited<ReturnType<typeof startSentinels>>;

/** Three Sentinels, a primary and two replicas, with TLS and passwords. `args` are more options of the servers. */
export async function startSentinels(args: readonly string[] = []) {
  await using building = new AsyncDisposableStack();
  const tls = building.use(await createCertificate());
  const shared = { appendonly: true, tls, password: PASSWORDS.redis } as const;
  const all = [
    ...['--masterauth', PASSWORDS.redis, '--repl-diskless-sync-delay', '0'],
    ...['--user', SENTINEL_USER, 'on', `>${PASSWORDS.redis}`, '~*', '&*', '+@all'],
    ...args,
  ];
  const first = building.use(await startRedis({ ...shared, args: all }));
  const replicaOf = ['--replicaof', `127.0.0.1 ${first.port}`, ...all];
  const replicas = [1, 2].map(async () => building.use(await startRedis({ ...shared, args: replicaOf })));
  const servers = [first, ...(await Promise.all(replicas))];
  const connect = ({ url }: TestRedis, commandTimeout?: number) => {
    const redis = new Redis(url, { tls: { ca: tls.ca }, maxRetriesPerRequest: null, commandTimeout });
    // Tests stop Redis on purpose.
    redis.on('error', () => undefined);
    building.defer(() => {
      redis.disconnect();
    });
    return redis;
  };
  const clients = new Map(servers.map((server) => [server.port, connect(server)] as const));
  await online(first.port);

  /** Resolves once both replicas follow the primary that has this port. */
  async function online(port: number): Promise<void> {
    await eventually(async () => {
      const info = (await clients.get(port)?.info('replication')) ?? '';
      if (!/slave0:.*state=online/.test(info) || !/slave1:.*state=online/.test(info)) throw new Error(info);
    }, PATIENCE);
  }

  const dir = await mkdtemp(join(tmpdir(), 'primes-test-sentinel-'));
  building.defer(() => rm(dir, { recursive: true, force: true }));
  const starting = [1, 2, 3].map(async (number) => {
    const configFile = join(dir, `${number}.conf`);
    await writeFile(configFile, sentinelConf(first.port));
    const options = { tls, password: PASSWORDS.sentinel, configFile, args: ['--sentinel'] };
    return building.use(await startRedis(options));
  });
  const sentinels = await Promise.all(starting);
  const watchers = sentinels.map((one) => connect(one, WATCHER_TIMEOUT_MS));
  const [sentinel] = watchers as [Redis];
  await redundant();

  /** Resolves once the replicas follow their primary, and a Sentinel knows enough for a failover. */
  async function redundant(): Promise<void> {
    await eventually(async () => online(await primaryPort()), PATIENCE);
    await eventually(async () => {
      // A failover needs the votes of the others, and replicas that the Sentinel knows and reaches.
      const [state] = (await sentinel.call('SENTINEL', 'MASTERS')) as string[][];
      const replicas = (await sentinel.call('SENTINEL', 'REPLICAS', PRIMARY)) as string[][];
      const flags = replicas.map((replica) => fieldsOf(replica)['flags']);
      const { flags: own, 'num-other-sentinels': others } = fieldsOf(state ?? []);
      if (own !== 'master' || others !== '2' || flags.join() !== 'slave,slave')
        throw new Error(`${own} ${others} ${flags.join()}`);
    }, PATIENCE);
  }

  async function primaryPort(watcher = sentinel): Promise<number> {
    const [, port] = (await watcher.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', PRIMARY)) as string[];
    return Number(port);
  }
  /** The server that the Sentinels name now, and a connection to it. */
  async function primary() {
    const port = await primaryPort();
    const server = servers.find((one) => one.port === port);
    const client = clients.get(port);
    if (!server || !client) throw new Error(`No server has the port ${port}`);
    return { server, client };
  }
  async function switched(from: number): Promise<void> {
    await eventually(async () => {
      // A test may have stopped one of them.
      const responses = await Promise.allSettled(watchers.map((watcher) => primaryPort(watcher)));
      const ports = responses.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const [port = from, ...others] = ports;
      if (others.some((other) => other !== port)) throw new Error(`They name ${ports.join()}`);
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
    sentinelUser: SENTINEL_USER,
    sentinels,
    primary,
    /** Connections to the other servers. */
    async replicas(): Promise<Redis[]> {
      const port = await primaryPort();
      return [...clients].flatMap(([its, client]) => (its === port ? [] : [client]));
    },
    redundant,
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
    /** Starts a server again as a replica, as an init script does that asks the Sentinels. */
    async restart(server: TestRedis): Promise<void> {
      await server.start();
      await clients.get(server.port)?.replicaof('127.0.0.1', await primaryPort());
    },
    /**
     * Separates the primary from the Sentinels only: forbids their user all commands there, and a Sentinel counts no other
     * reply to PING than those of a server that works. Clients and replicas keep their access. Resolves, once a replica has
     * taken over, with a function that ends this.
     */
    async separate(): Promise<() => Promise<void>> {
      const { server, client } = await primary();
      await client.acl('SETUSER', SENTINEL_USER, '-@all');
      await switched(server.port);
      return async () => {
        await client.acl('SETUSER', SENTINEL_USER, '+@all');
      };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The fields of a reply with names and values in turn. */
function fieldsOf(reply: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(reply.map((name, i, all) => [name, all[i + 1]]));
}

function sentinelConf(primaryPort: number): string {
  return [
    'sentinel resolve-hostnames no',
    `sentinel monitor ${PRIMARY} 127.0.0.1 ${primaryPort} 2`,
    `sentinel auth-user ${PRIMARY} ${SENTINEL_USER}`,
    `sentinel auth-pass ${PRIMARY} "${PASSWORDS.redis}"`,
    `sentinel sentinel-pass "${PASSWORDS.sentinel}"`,
    // A process of a busy machine may pause for a second.
    `sentinel down-after-milliseconds ${PRIMARY} 3000`,
    `sentinel failover-timeout ${PRIMARY} 6000`,
  ].join('\n');
}
