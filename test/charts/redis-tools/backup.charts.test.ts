import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startRedis } from '@primes/testing';
import { runCommand } from '../../../dev/command.ts';
import { backup, script, temporaryFolder, withClient } from './scripts.ts';

const SNAPSHOT = expect.stringMatching(/^\d{8}T\d{6}Z\.rdb$/);
const OLD = ['20200101T000000Z.rdb', '20200102T000000Z.rdb', '20200103T000000Z.rdb'];
/** More than one block. */
const BYTES = 100_000;

async function folderWith(...files: readonly string[]) {
  const folder = await temporaryFolder();
  for (const file of files) await writeFile(join(folder.path, file), '');
  return folder;
}

describe('backup.sh', () => {
  it('keeps the newest snapshots, and those that have other names', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using folder = await folderWith(...OLD, 'before-upgrade.rdb');
    const { ok, output } = await backup(folder.path, redis, { keep: 2 });
    expect({ ok, output }).toEqual({ ok: true, output: expect.stringMatching(/Snapshot .* has \d+ bytes/) });
    expect((await readdir(folder.path)).sort()).toEqual([OLD[2], SNAPSHOT, 'before-upgrade.rdb']);
  });

  it('keeps all snapshots, and no part of a new one, if the password is wrong', async () => {
    await using redis = await startRedis();
    await withClient(redis, (client) => client.config('SET', 'requirepass', 'right'));
    await using folder = await folderWith(...OLD);
    const { ok, output } = await backup(folder.path, redis, { keep: 3, seconds: 1, password: 'wrong' });
    expect({ ok, output }).toEqual({ ok: false, output: expect.stringContaining('WRONGPASS') });
    expect((await readdir(folder.path)).sort()).toEqual(OLD);
    expect((await backup(folder.path, redis, { password: 'right' })).ok).toBe(true);
  });

  it('ends if Redis does not respond', async () => {
    await using redis = await startRedis();
    await using folder = await folderWith(...OLD);
    redis.signal('SIGSTOP');
    const { ok, output } = await backup(folder.path, redis, { keep: 3, seconds: 1 });
    expect({ ok, output }).toEqual({ ok: false, output: expect.stringContaining('Redis is unavailable') });
    expect((await readdir(folder.path)).sort()).toEqual(OLD);
  });

  it('keeps all snapshots, and no part of a new one, if it cannot be written', async () => {
    await using redis = await startRedis();
    await withClient(redis, (client) => client.set('data', randomBytes(BYTES)));
    await using folder = await folderWith(...OLD);
    // The limit of the size of a file, in blocks, instead of a full disk.
    const limited = ['sh', '-c', 'ulimit -f 1; exec sh "$@"', 'sh', script('backup.sh')] as const;
    const { ok } = await runCommand([...limited, redis.url, '3', '60'], {
      timeoutMs: 60_000,
      cwd: folder.path,
    });
    expect(ok).toBe(false);
    expect((await readdir(folder.path)).sort()).toEqual(OLD);
  });
});
