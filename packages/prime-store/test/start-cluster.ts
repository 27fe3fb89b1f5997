import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@primes/testing';
import { Cluster, Redis } from 'ioredis';

/**
 * A Cluster of one node that serves every slot: enough to refuse keys of two slots, and undeclared keys of a
 * script.
 */
export async function startCluster() {
  // eslint-disable-next-line no-restricted-properties -- the same server as startRedis(), which starts no Cluster
  const executable = process.env['REDIS_SERVER'] ?? 'redis-server';
  const port = await freePort();
  const busPort = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'primes-test-cluster-'));
  const options = {
    port,
    bind: '127.0.0.1',
    dir,
    save: '',
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    // Alone, it would never learn its own address, and give its clients none.
    'cluster-announce-ip': '127.0.0.1',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(executable, args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await serveAllSlots(port);
  } catch (error) {
    await stop();
    throw error;
  }
  const cluster = new Cluster([{ host: '127.0.0.1', port }]);
  return {
    cluster,
    async [Symbol.asyncDispose]() {
      await cluster.quit();
      await stop();
    },
  };
}

async function serveAllSlots(port: number): Promise<void> {
  const node = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 });
  // Refused until the server listens; the client tries again by itself.
  node.on('error', () => undefined);
  await node.cluster('ADDSLOTSRANGE', 0, 16_383);
  // A master holds back writes for its first two seconds.
  await eventually(
    async () => {
      const info = await node.cluster('INFO');
      if (!info.includes('cluster_state:ok')) throw new Error(info);
    },
    { timeoutMs: 15_000 },
  );
  await node.quit();
}
