import { cp, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../dev/project.ts';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { helm, type Manifest } from './render.ts';

const CHART = join(ROOT, 'charts', 'observability');

/** The output of `helm template` with these options, for this chart and the two that it wraps. */
export function renderWhole(options: readonly string[] = []): Promise<Manifest[]> {
  return renderChart(CHART, options);
}

/**
 * The chart observability without the two charts that it wraps, which must be downloaded: the rest is ours and renders
 * anywhere. The values that the templates read remain.
 */
export async function ownPart() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'observability-'));
  const chart = join(folder.path, 'observability');
  await cp(CHART, chart, { recursive: true, filter: (path) => path !== join(CHART, 'charts') });
  const file = join(chart, 'Chart.yaml');
  const own = parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, stringify({ ...own, dependencies: [] }));
  return {
    chart,
    /** The output of `helm template` for these values. */
    render: (values: readonly string[] = []) =>
      renderChart(
        chart,
        values.flatMap((value) => ['--set', value]),
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function renderChart(chart: string, options: readonly string[]): Promise<Manifest[]> {
  const release = ['observability', chart, '--namespace', 'observability'];
  const { ok, output } = await helm('template', ...release, ...options);
  if (!ok) throw new Error(output);
  return parseAllDocuments(output)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
