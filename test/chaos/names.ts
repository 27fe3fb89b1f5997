import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type NamesMode = 'working' | 'slow' | 'dead';

/** The resolution of names in all processes (preloaded-names.mjs). */
export async function createNames(dir: string) {
  const file = join(dir, 'names');
  const set = (mode: NamesMode) => writeFile(file, mode);
  await set('working');
  return { set, env: { CHAOS_NAMES_FILE: file }, preload: `${import.meta.dirname}/preloaded-names.mjs` };
}
