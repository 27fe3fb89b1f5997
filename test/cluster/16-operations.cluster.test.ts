import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@primes/testing';
import { run, runCommand } from '../../dev/command.ts';
import { ROOT } from '../../dev/project.ts';
import { figure } from './figures.ts';
import { NAMESPACE } from './kubectl.ts';
import { removeNamespace } from './namespace.ts';

/** Of the whole page: several rollouts and two runs of each helm test. */
const PAGE_MS = 15 * 60_000;

const page = await readFile(join(ROOT, 'docs', 'operations.md'), 'utf8');
const blocks = page.split(/^## /m).flatMap((section) => {
  const [heading = ''] = section.split('\n');
  return Array.from(section.matchAll(/^```sh\n([^]*?)^```$/gm), ([, text = '']) => ({ heading, text }));
});

describe('docs/operations.md', () => {
  // The page creates it.
  beforeAll(removeNamespace);

  it('works from the installation to the end', async () => {
    await using directory = await workingDirectory();
    const script = blocks.map(({ heading, text }) => `${mark(heading)}\n${text}`).join('\n');
    const prelude = `cd ${directory.path}; trap 'kill $(jobs -p) 2>/dev/null || true' EXIT`;
    const env = {
      ...process.env,
      // The page sets the namespace of the current context.
      KUBECONFIG: directory.kubeconfig,
      NAMESPACE,
      PORT: String(await freePort()),
    };
    const { ok, output } = await runCommand(
      ['bash', '-euo', 'pipefail', '-c', `${prelude}\n${script}\n${mark('end')}`],
      { timeoutMs: PAGE_MS, env },
    );
    expect({ ok, output: ok ? '' : output.slice(-4_000) }).toEqual({ ok: true, output: '' });
    expect(output).toContain('"status":"done"');
    const starts = Array.from(output.matchAll(/^## (\d+) (.*)$/gm), ([, at, heading = '']) => ({
      at: Number(at),
      heading,
    }));
    const taken = new Map<string, number>();
    for (const [i, { at, heading }] of starts.slice(0, -1).entries())
      taken.set(heading, (taken.get(heading) ?? 0) + (starts[i + 1]?.at ?? at) - at);
    const times = Array.from(taken, ([heading, seconds]) => `${heading} ${seconds} s`);
    figure('the blocks of docs/operations.md', times.join(', '));
  });
});

/** Prints the time; what was printed before may have no line break at its end. */
function mark(heading: string): string {
  return `printf '\\n## %s %s\\n' "$SECONDS" '${heading}'`;
}

/** A folder in which the page finds the charts, with a kubeconfig of its own. */
async function workingDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'operations-'));
  await symlink(join(ROOT, 'charts'), join(path, 'charts'));
  const kubeconfig = join(path, 'kubeconfig');
  await writeFile(kubeconfig, await run(['kubectl', 'config', 'view', '--raw', '--flatten']), {
    mode: 0o600,
  });
  return { path, kubeconfig, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
