import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD_TIMEOUT_MS = 15 * 60_000;

const run = promisify(execFile);

/** Another revision of this repository, in a worktree that is removed on disposal. */
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
 * The commit of the previous version: the last one with other formats of progress and result, and with another chart. It
 * is the one before packages/primes was added.
 *
 * @throws {Error} if the repository is a shallow clone without this commit
 */
export async function previousVersion(repository = ROOT): Promise<string> {
  const format = '--format=%H %P';
  const additions = await git('-C', repository, 'log', '--diff-filter=A', format, '--', 'packages/primes');
  // The oldest one, and its parents. A shallow clone begins with a commit that adds all files and has no parent.
  const [, parent] = additions.split('\n').at(-1)?.split(' ') ?? [];
  if (parent) return parent;
  throw new Error('The history does not contain the previous version: run git fetch --unshallow');
}

/**
 * Checks out a revision.
 *
 * @throws {Error} with the output of git, if the revision does not exist
 */
export async function checkOut(name: string): Promise<Revision> {
  const commit = await git('rev-parse', '--short', '--verify', `${name}^{commit}`);
  await using building = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'primes-revision-'));
  building.defer(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, commit);
  await git('worktree', 'add', '--detach', root, commit);
  building.defer(async () => {
    await git('worktree', 'remove', '--force', root);
  });
  const parts = building.move();
  return { root, commit, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/**
 * Checks out a revision and builds it with its own scripts.
 *
 * @throws {Error} with the output of git or npm, if the revision does not exist or does not build
 */
export async function buildRevision(name: string): Promise<Revision> {
  await using building = new AsyncDisposableStack();
  const revision = building.use(await checkOut(name));
  await run('node', [join(revision.root, 'dev', 'bootstrap.mjs'), 'setup'], { timeout: BUILD_TIMEOUT_MS });
  building.move();
  return revision;
}
