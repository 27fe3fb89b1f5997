import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { eventually, startRedis } from '@primes/testing';
import { backup, restoreLatest, script, temporaryFolder, withClient } from './scripts.ts';

const NAMED = 'named.rdb';
/** What a file system can have at its root. */
const LOST_AND_FOUND = 'lost+found';

/** A Redis that has been stopped and whose data is lost, and a folder with a snapshot of it. */
async function lostRedis() {
  await using parts = new AsyncDisposableStack();
  const redis = parts.use(await startRedis({ appendonly: true }));
  const folder = parts.use(await temporaryFolder());
  await withClient(redis, (client) => client.set('answer', '42'));
  expect(await backup(folder.path, redis)).toMatchObject({ ok: true });
  await redis.stop('SIGKILL');
  await rm(redis.dir, { recursive: true });
  await mkdir(join(redis.dir, LOST_AND_FOUND), { recursive: true });
  const [snapshot = ''] = await readdir(folder.path);
  const held = parts.move();
  return { redis, folder: folder.path, snapshot, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe('restore.sh', () => {
  it('gives a snapshot to a Redis with an append-only file, once', async () => {
    await using lost = await lostRedis();
    const { redis, folder, snapshot } = lost;
    expect(await restoreLatest(folder, redis)).toMatchObject({
      ok: true,
      output: expect.stringMatching(`^Restored ${snapshot}, `),
    });
    await redis.start();
    await withClient(redis, async (client) => {
      expect(await client.get('answer')).toBe('42');
      await client.set('answer', '43');
    });
    // What has happened since then stays.
    await redis.stop();
    expect(await restoreLatest(folder, redis)).toEqual(
      expect.objectContaining({ ok: true, output: 'The volume has data, so nothing is restored.' }),
    );
    await redis.start();
    expect(await withClient(redis, (client) => client.get('answer'))).toBe('43');
  });

  it('restores a snapshot that redis-cli wrote to its output, with the mark at its end', async () => {
    await using lost = await lostRedis();
    const { redis, folder, snapshot } = lost;
    await appendFile(join(folder, snapshot), 'a'.repeat(40));
    expect(await restoreLatest(folder, redis)).toMatchObject({ ok: true });
    await redis.start();
    expect(await withClient(redis, (client) => client.get('answer'))).toBe('42');
  });

  it('starts again after it was killed while it copied', async () => {
    await using lost = await lostRedis();
    await writeFile(join(lost.redis.dir, 'part.aof'), 'REDIS');
    expect(await restoreLatest(lost.folder, lost.redis)).toMatchObject({ ok: true });
    expect((await readdir(lost.redis.dir)).sort()).toEqual(['appendonly.aof', LOST_AND_FOUND]);
  });

  it('waits until the snapshot is complete, and says which ones there are', async () => {
    await using lost = await lostRedis();
    const { redis, folder, snapshot } = lost;
    const child = spawn('sh', [script('restore.sh'), NAMED, redis.dir], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const closed = once(child, 'close');
    await eventually(() => {
      expect(lines).toEqual([
        `Waiting for the snapshot ${NAMED}: it does not exist; there are: ${snapshot} `,
      ]);
    });
    const bytes = await readFile(join(folder, snapshot));
    await writeFile(join(folder, NAMED), bytes.subarray(0, bytes.length / 2));
    await eventually(() => {
      expect(lines.slice(1)).toEqual([
        expect.stringMatching(/incomplete or damaged: \[offset \d+\] Unexpected EOF/),
      ]);
    });
    expect(await readdir(redis.dir)).toEqual([LOST_AND_FOUND]);
    await writeFile(join(folder, NAMED), bytes);
    expect(await closed).toEqual([0, null]);
    expect(lines.slice(2)).toEqual([`Restored ${NAMED}, ${bytes.length} bytes.`]);
  });

  it('ends on SIGTERM while it waits', async () => {
    await using lost = await lostRedis();
    const child = spawn('sh', [script('restore.sh'), NAMED, lost.redis.dir], { cwd: lost.folder });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await closed).toEqual([143, null]);
  });
});
