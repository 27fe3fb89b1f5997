import { cp, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../dev/project.ts';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { helm, type Manifest } from './render.ts';

/**
 * The chart observability without the two that it wraps, which only a registry has: what is left is ours, and renders
 * anywhere. All that is read of their values stays.
 */
export async function ownPart() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'observability-'));
  const chart = join(folder.path, 'observability');
  await cp(join(ROOT, 'charts', 'observability'), chart, { recursive: true });
  const file = join(chart, 'Chart.yaml');
  const own = parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, stringify({ ...own, dependencies: [] }));
  return {
    chart,
    /** What `helm template` makes of these values. */
    async render(values: readonly string[] = []): Promise<Manifest[]> {
      const sets = values.flatMap((value) => ['--set', value]);
      const { ok, output } = await helm(
        'template',
        'observability',
        chart,
        '--namespace',
        'observability',
        ...sets,
      );
      if (!ok) throw new Error(output);
      return parseAllDocuments(output)
        .map((document) => document.toJS() as Manifest | null)
        .filter((manifest) => manifest !== null);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
