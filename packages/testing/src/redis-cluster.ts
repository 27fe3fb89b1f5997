import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';

const run = promisify(execFile);
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };
/** Nodes that do not answer for so long are replaced. A process of a busy machine may pause for a second. */
const NODE_TIMEOUT_MS = 3_000;

export type TestCluster = Awaited<ReturnType<typeof startCluster>>;

/** A Redis Cluster of three primaries, each with a replica. `args` are more options of the nodes. */
export async function startCluster(args: readonly string[] = []) {
  await using building = new AsyncDisposableStack();
  const nodes = await Promise.all(
    Array.from({ length: 6 }, async () =>
      building.use(await startRedis({ appendonly: true, args: [...(await nodeArgs()), ...args] })),
    ),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes']);
  const clients = nodes.map((node) => connect(node, building));
  const cluster = new Cluster(
    nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    { slotsRefreshInterval: 1_000, maxRedirections: Infinity },
  );
  cluster.on('error', () => undefined);
  building.defer(() => {
    cluster.disconnect();
  });
  await redundant();

  /** Resolves once every primary has its replica, and every node knows all of them. */
  async function redundant(): Promise<void> {
    await eventually(async () => {
      for (const client of clients) {
        const info = await client.cluster('INFO');
        if (!info.includes('cluster_state:ok')) throw new Error(info);
        const replication = await client.info('replication');
        if (!/connected_slaves:1|master_link_status:up/.test(replication)) throw new Error(replication);
        const slots = await client.cluster('SLOTS');
        if (slots.some(([, , , replica]) => !replica)) throw new Error('It does not know all replicas yet');
      }
    }, PATIENCE);
  }
  const parts = building.move();

  /** What CLUSTER SLOTS says: the slots of a range, its primary and its replicas. */
  async function ranges() {
    const slots = await anyOf(clients, (client) => client.cluster('SLOTS'));
    return slots.map(([from, to, primary, replica]) => ({
      from,
      to,
      primary: nodeAt(primary ?? ['', 0, '']),
      replica: replica && nodeAt(replica),
    }));
  }

  function nodeAt([, port, id]: readonly [string, number, string, ...unknown[]]) {
    const index = nodes.findIndex((node) => node.port === port);
    const [server, client] = [nodes[index], clients[index]];
    if (!server || !client) throw new Error(`No node has the port ${port}`);
    return { server, client, id };
  }

  /** The primary that serves a key, and its replica. */
  async function serving(key: string) {
    const slot = await anyOf(clients, (client) => client.cluster('KEYSLOT', key));
    const range = (await ranges()).find(({ from, to }) => from <= slot && slot <= to);
    if (!range) throw new Error(`No node serves ${key}`);
    return { slot, ...range };
  }

  /** Resolves once another node serves the key. */
  async function switched(key: string, from: TestRedis): Promise<void> {
    await eventually(async () => {
      const { primary } = await serving(key);
      if (primary.server === from) throw new Error(`${from.port} still serves ${key}`);
      const info = await primary.client.cluster('INFO');
      if (!info.includes('cluster_state:ok')) throw new Error(info);
    }, PATIENCE);
  }

  return {
    cluster,
    url: `redis+cluster://${addresses.join(',')}`,
    nodes,
    serving,
    switched,
    redundant,
    /** CLUSTER FAILOVER; resolves once the replica has taken over. */
    async failover(key: string): Promise<void> {
      const { primary, replica } = await serving(key);
      await replica?.client.cluster('FAILOVER');
      await switched(key, primary.server);
    },
    /** Moves the slot of a key, with all keys in it, to another primary. */
    async migrate(key: string): Promise<void> {
      const { slot, primary: source } = await serving(key);
      const target = (await ranges()).map(({ primary }) => primary).find(({ id }) => id !== source.id);
      if (!target) throw new Error('There is no other primary');
      await target.client.cluster('SETSLOT', slot, 'IMPORTING', source.id);
      await source.client.cluster('SETSLOT', slot, 'MIGRATING', target.id);
      for (;;) {
        const keys = await source.client.cluster('GETKEYSINSLOT', slot, 100);
        if (keys.length === 0) break;
        await source.client.call('MIGRATE', '127.0.0.1', target.server.port, '', 0, 5_000, 'KEYS', ...keys);
      }
      for (const { client } of [target, source]) await client.cluster('SETSLOT', slot, 'NODE', target.id);
      await switched(key, source.server);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function nodeArgs(): Promise<string[]> {
  const busPort = String(await freePort());
  return [
    ...[
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      busPort,
      '--cluster-node-timeout',
      String(NODE_TIMEOUT_MS),
    ],
    // Reads the keys of a failed primary from any replica, however old.
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
  ];
}

function connect({ url }: TestRedis, stack: AsyncDisposableStack): Redis {
  const client = new Redis(url, {
    retryStrategy: () => 200,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  // Tests stop Redis on purpose.
  client.on('error', () => undefined);
  stack.defer(() => {
    client.disconnect();
  });
  return client;
}

/** Asks the nodes one after another until one answers. */
async function anyOf<T>(clients: readonly Redis[], ask: (client: Redis) => Promise<T>): Promise<T> {
  return eventually(() => Promise.any(clients.map(ask)), PATIENCE);
}
