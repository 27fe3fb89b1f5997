import { Cluster, Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { startRedis } from './redis.ts';

/**
 * A Redis Cluster of one node that serves every slot: enough to reject commands with keys of two slots, and
 * undeclared keys of a script.
 */
export async function startCluster() {
  await using building = new AsyncDisposableStack();
  const busPort = String(await freePort());
  // A single node never learns its own address, so clients would get none.
  const address = ['--cluster-announce-ip', '127.0.0.1'];
  const args = ['--cluster-enabled', 'yes', '--cluster-port', busPort, ...address];
  const { url, port } = building.use(await startRedis({ args }));
  await serveAllSlots(url);
  const cluster = new Cluster([{ host: '127.0.0.1', port }]);
  building.defer(async () => {
    await cluster.quit();
  });
  const parts = building.move();
  return { cluster, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function serveAllSlots(url: string): Promise<void> {
  const node = new Redis(url);
  await node.cluster('ADDSLOTSRANGE', 0, 16_383);
  // A master rejects writes during its first two seconds.
  await eventually(async () => {
    const info = await node.cluster('INFO');
    if (!info.includes('cluster_state:ok')) throw new Error(info);
  });
  await node.quit();
}
