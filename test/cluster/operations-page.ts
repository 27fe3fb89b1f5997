import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@primes/testing';
import { run, runCommand } from '../../dev/command.ts';
import { ROOT } from '../../dev/project.ts';
import { NAMESPACE } from './kubectl.ts';

/** Of the whole page: several rollouts and two runs of each helm test. */
const PAGE_MS = 15 * 60_000;

const page = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');

/** The blocks of docs/operations.md that are marked `sh`, with the heading of their section. The first has the names. */
export const blocks = page.split(/^## /m).flatMap((section) => {
  const [heading = ''] = section.split('\n');
  return Array.from(section.matchAll(/^```sh\n([^]*?)^```$/gm), ([, text = '']) => ({ heading, text }));
});

/** Runs a script for the shell in a folder in which the page finds the charts, with a kubeconfig of its own. */
export async function runInShell(script: string): Promise<{ readonly ok: boolean; readonly output: string }> {
  await using directory = await workingDirectory();
  const prelude = `cd ${directory.path}; trap 'kill $(jobs -p) 2>/dev/null || true' EXIT`;
  const env = {
    ...process.env,
    // The page sets the namespace of the current context.
    KUBECONFIG: directory.kubeconfig,
    NAMESPACE,
    PORT: String(await freePort()),
  };
  return await runCommand(['bash', '-euo', 'pipefail', '-c', `${prelude}\n${script}`], {
    timeoutMs: PAGE_MS,
    env,
  });
}

async function workingDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'operations-'));
  await symlink(join(ROOT, 'charts'), join(path, 'charts'));
  const kubeconfig = join(path, 'kubeconfig');
  await writeFile(kubeconfig, await run(['kubectl', 'config', 'view', '--raw', '--flatten']), {
    mode: 0o600,
  });
  return { path, kubeconfig, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
