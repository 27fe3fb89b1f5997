import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '@primes/testing';
import { parseDocument, stringify } from 'yaml';
import { VERSION } from '../generate/version.ts';
import { CliError } from '../cli-error.ts';
import { run, runCommand } from '../command.ts';
import { ROOT } from '../project.ts';
import type { Changes } from './changelog.ts';
import type { PublishedImage } from './images.ts';

const VALUES: Readonly<Record<ServiceName, string>> = {
  api: 'api',
  worker: 'worker',
  'metrics-gateway': 'metricsGateway',
};

export interface ChartRelease {
  readonly images: readonly PublishedImage[];
  readonly changes: Changes;
  /** The address of the repository, if it is known. */
  readonly source: string | undefined;
}

/** Packages charts/primes as it is released, and returns the path of the archive in `folder`. */
export async function packageChart(release: ChartRelease, folder: string): Promise<string> {
  const temporary = await mkdtemp(join(tmpdir(), 'primes-chart-'));
  try {
    const chart = join(temporary, 'primes');
    await cp(join(ROOT, 'charts', 'primes'), chart, { recursive: true });
    for (const [file, change] of [
      ['values.yaml', (text: string) => withImages(text, release)],
      ['Chart.yaml', (text: string) => withAnnotations(text, release)],
    ] as const)
      await writeFile(join(chart, file), change(await readFile(join(chart, file), 'utf8')));
    await run(['helm', 'package', chart, '--destination', folder]);
    return join(folder, `primes-${VERSION}.tgz`);
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** The values with the images of the release, by digest: the signature of the chart then covers them. */
export function withImages(values: string, { images }: Pick<ChartRelease, 'images'>): string {
  const document = parseDocument(values);
  for (const { service, repository, digest } of images) {
    document.setIn([VALUES[service], 'image', 'repository'], repository);
    document.setIn([VALUES[service], 'image', 'digest'], digest);
  }
  return document.toString({ lineWidth: 0 });
}

/** Chart.yaml with the annotations that Artifact Hub shows. */
export function withAnnotations(chart: string, { images, changes, source }: ChartRelease): string {
  const document = parseDocument(chart);
  if (source !== undefined) {
    document.set('home', source);
    document.set('sources', [source]);
  }
  const annotate = (name: string, value: string): void => {
    document.setIn(['annotations', `artifacthub.io/${name}`], value);
  };
  annotate('changes', stringify(changes.entries));
  annotate('prerelease', String(VERSION.includes('-')));
  if (images.length > 0)
    annotate(
      'images',
      stringify(
        images.map(({ service, repository, digest }) => ({
          name: service,
          image: `${repository}:${VERSION}@${digest}`,
        })),
      ),
    );
  return document.toString({ lineWidth: 0 });
}

/** Pushes a packaged chart to a registry and returns its reference by digest. */
export async function pushChart(
  archive: string,
  registry: string,
  options: readonly string[] = [],
): Promise<string> {
  const push = ['helm', 'push', archive, `oci://${registry}/charts`, ...options] as const;
  const { ok, output } = await runCommand(push, { timeoutMs: 120_000 });
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(output)?.[1];
  if (!ok || digest === undefined) throw new CliError(`helm push failed: ${output}`);
  return `${registry}/charts/primes@${digest}`;
}
