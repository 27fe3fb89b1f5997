import { beforeAll, describe, expect, it } from '@jest/globals';
import { figure } from './figures.ts';
import { removeNamespace } from './namespace.ts';
import { blocks, runInShell } from './operations-page.ts';

describe('docs/operations.md', () => {
  // The page creates it.
  beforeAll(removeNamespace);

  it('works from the installation to the end', async () => {
    const script = blocks.map(({ heading, text }) => `${mark(heading)}\n${text}`).join('\n');
    const { ok, output } = await runInShell(`${script}\n${mark('end')}`);
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
