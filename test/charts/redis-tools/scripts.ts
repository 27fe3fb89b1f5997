import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestRedis } from '@primes/testing';
import { Redis } from 'ioredis';
import { runCommand } from '../../../dev/command.ts';
import { CHART } from '../render.ts';

const SECONDS = 60;

/** The path of a script of the chart. */
export function script(name: string): string {
  return join(CHART, 'files', name);
}

export function temporaryFolder() {
  return mkdtempDisposable(join(tmpdir(), 'backup-'));
}

export interface BackupOptions {
  readonly keep?: number;
  readonly seconds?: number;
  readonly password?: string;
}

/** Takes a snapshot of a Redis into a folder. */
export function backup(folder: string, { url }: TestRedis, options: BackupOptions = {}) {
  const { keep = 2, seconds = SECONDS, password } = options;
  return runCommand(['sh', script('backup.sh'), url, String(keep), String(seconds)], {
    timeoutMs: 2 * SECONDS * 1_000,
    cwd: folder,
    env: { ...process.env, ...(password !== undefined && { REDISCLI_AUTH: password }) },
  });
}

/** Gives the newest snapshot in a folder to a Redis that is stopped. */
export function restoreLatest(folder: string, { dir }: TestRedis) {
  return runCommand(['sh', script('restore.sh'), 'latest', dir], { timeoutMs: SECONDS * 1_000, cwd: folder });
}

/** Runs commands on one connection. */
export async function withClient<T>({ url }: TestRedis, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
