import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisLocation } from './managed-redis.ts';

/**
 * Persistence of the Redis of `npm start`: an append-only file that is synced to disk every second. A crash of the
 * machine can lose the last second; a crash of Redis loses nothing.
 */
const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  // The append-only file is complete, so no snapshots are needed.
  save: '',
  // When memory is full, a queue must refuse writes, not evict keys.
  'maxmemory-policy': 'noeviction',
};

/** What the user should know about the data. */
export function describeData(dataDir: string): string {
  return `data in ${dataDir}, synced to disk every second (appendfsync everysec)`;
}

/** The settings of the last start; `redis-server` with this file starts the same Redis again. */
export function configFile(dataDir: string): string {
  return join(dataDir, 'redis.conf');
}

export async function writeConfig(location: RedisLocation): Promise<void> {
  await writeFile(configFile(location.dataDir), configText(location));
}

/** The text of redis.conf; values are quoted because paths may contain spaces. */
export function configText({ port, dataDir }: RedisLocation): string {
  const settings = { bind: '127.0.0.1', port: String(port), dir: dataDir, ...SETTINGS };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
    .join('');
}

/** The port in a text that `configText` returned. */
export function portOf(config: string): number | undefined {
  const port = /^port "(\d+)"$/m.exec(config)?.[1];
  return port === undefined ? undefined : Number(port);
}
