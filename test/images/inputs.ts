import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A digest of the inputs of the images: the Dockerfile and the files that `.dockerignore` includes. That file must
 * exclude everything (`*`), then include paths (`!path`), then exclude some of those (the rest).
 */
export async function digestOfInputs(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await inputs(root)) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function inputs(root: string): Promise<string[]> {
  const lines = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
  const patterns = lines.filter((line) => line !== '' && line !== '*' && !line.startsWith('#'));
  const within = patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const without = patterns.filter((line) => !line.startsWith('!'));
  const files = ['Dockerfile', '.dockerignore'];
  const entries = glob([...within, ...within.map((path) => `${path}/**`)], {
    cwd: root,
    exclude: without.flatMap((pattern) => [pattern, `${pattern}/**`]),
    withFileTypes: true,
  });
  for await (const entry of entries) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  return files.sort();
}
