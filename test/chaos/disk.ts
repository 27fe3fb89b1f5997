import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Two versions of the append-only file during its rewrite. */
const SIZE = '256m';

/** A file system of its own in a folder; undefined without the permission to mount one. */
export async function mountDisk(dir: string) {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', dir]);
  } catch {
    return undefined;
  }
  const filler = join(dir, 'filler');
  return {
    /** Writes until there is no room. */
    async fill(): Promise<void> {
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M']).catch((error: unknown) => {
        if (!(error as Error).message.includes('No space left')) throw error;
      });
    },
    makeRoom: () => rm(filler),
    [Symbol.asyncDispose]: async () => {
      await run('umount', [dir]);
    },
  };
}
