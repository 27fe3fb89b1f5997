import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, previousVersion } from './revision.ts';

let folder = '';
let repository = '';

/** Commits a file, and returns the hash. */
async function commit(file: string): Promise<string> {
  const path = join(repository, file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, file);
  const inside = (...args: readonly string[]) =>
    git('-C', repository, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args);
  await inside('add', '--all');
  await inside('commit', '--quiet', '--message', file);
  return inside('rev-parse', 'HEAD');
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'primes-repository-'));
  repository = join(folder, 'full');
  await git('init', '--quiet', repository);
});
afterEach(() => rm(folder, { recursive: true }));

describe('previousVersion()', () => {
  it('is the last commit without packages/primes', async () => {
    await commit('first');
    const last = await commit('services/worker/main.ts');
    await commit('packages/primes/index.ts');
    await commit('packages/primes/run.ts');
    expect(await previousVersion(repository)).toBe(last);
  });

  it('names the command for a shallow clone without this commit', async () => {
    await commit('first');
    await commit('packages/primes/index.ts');
    await commit('packages/primes/run.ts');
    const shallow = join(folder, 'shallow');
    await git('clone', '--quiet', '--depth=1', `file://${repository}`, shallow);
    await expect(previousVersion(shallow)).rejects.toThrow('run git fetch --unshallow');
  });

  it('names the command for a history that never adds it', async () => {
    await commit('first');
    await expect(previousVersion(repository)).rejects.toThrow('run git fetch --unshallow');
  });
});
