import { glob, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LIBRARY = '/usr/lib/*/faketime/libfaketimeMT.so.1';

/** The path of libfaketime; undefined if it is not installed. */
export async function findLibfaketime(): Promise<string | undefined> {
  for await (const path of glob(LIBRARY)) return path;
  return undefined;
}

/** A clock that a process reads through libfaketime: it can be changed while the process runs. */
export async function createClock(library: string, dir: string, name: string) {
  const file = join(dir, `clock-${name}`);
  const set = (offsetSeconds: number) =>
    writeFile(file, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}\n`);
  await set(0);
  return {
    set,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      // As on a real machine, a step changes only the wall clock.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
}
