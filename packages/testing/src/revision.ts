import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD_TIMEOUT_MS = 15 * 60_000;

const run = promisify(execFile);

/** Another revision of this repository, built in a worktree that is removed on disposal. */
export interface Revision {
  readonly root: string;
  /** The short hash of its commit. */
  readonly commit: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What git prints in this repository. */
export async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', ROOT, ...args]);
  return stdout.trim();
}

/**
 * Checks out a revision and builds it with its own scripts.
 *
 * @throws {Error} with the output of git or npm, if the revision does not exist or does not build
 */
export async function buildRevision(name: string): Promise<Revision> {
  const commit = await git('rev-parse', '--short', '--verify', `${name}^{commit}`);
  await using building = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'primes-revision-'));
  building.defer(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, commit);
  await git('worktree', 'add', '--detach', root, commit);
  building.defer(async () => {
    await git('worktree', 'remove', '--force', root);
  });
  await run('node', [join(root, 'dev', 'bootstrap.mjs'), 'setup'], { timeout: BUILD_TIMEOUT_MS });
  const built = building.move();
  return { root, commit, [Symbol.asyncDispose]: () => built.disposeAsync() };
}
