import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisPlace } from './place.ts';

/**
 * How the Redis of `npm start` keeps tasks and primes: in an append-only file that is synced to the disk
 * each second. A crash of the machine can lose the last second, a crash of Redis nothing.
 */
const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  // The append-only file has it all: no snapshots besides.
  save: '',
  // A queue must refuse when memory is full, not forget.
  'maxmemory-policy': 'noeviction',
};

/** What the user should know of it. */
export function describeData(dataDir: string): string {
  return `data in ${dataDir}, synced to disk each second (appendfsync everysec)`;
}

/** Where the settings of the last start are; `redis-server` with this file brings the same Redis again. */
export function configFile(dataDir: string): string {
  return join(dataDir, 'redis.conf');
}

export async function writeConfig(place: RedisPlace): Promise<void> {
  await writeFile(configFile(place.dataDir), configText(place));
}

/** The text of redis.conf; values are quoted, since paths may hold spaces. */
export function configText({ port, dataDir }: RedisPlace): string {
  const settings = { bind: '127.0.0.1', port: String(port), dir: dataDir, ...SETTINGS };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
    .join('');
}

/** The port in a text that `configText` made. */
export function portOf(config: string): number | undefined {
  const port = /^port "(\d+)"$/m.exec(config)?.[1];
  return port === undefined ? undefined : Number(port);
}
