import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@primes/testing';
import { VERSION } from '../generate/version.ts';
import { run } from '../command.ts';
import { ROOT } from '../project.ts';
import { smokeTest } from './smoke.ts';

/** An image in a registry. */
export interface PublishedImage {
  readonly service: ServiceName;
  /** Without tag and digest, such as `ghcr.io/owner/primes-api`. */
  readonly repository: string;
  /** sha256:… */
  readonly digest: string;
}

/** The image of a service in the engine of this machine, with the tag that the chart uses: the version of this release. */
export function imageOf(service: ServiceName): string {
  return `primes-${service}:${VERSION}`;
}

const PLATFORMS = ['linux/amd64', 'linux/arm64'];
const BUILD_MS = 30 * 60_000;

/**
 * Builds the images for all platforms, runs a task in those of each platform, and pushes them. Needs a buildx builder of
 * the driver docker-container, and QEMU for platforms that are not this machine's.
 */
export async function publishImages(registry: string, revision: string): Promise<readonly PublishedImage[]> {
  const args = ['--build-arg', `VERSION=${VERSION}`, '--build-arg', `REVISION=${revision}`];
  const build = (service: ServiceName, options: readonly string[]) =>
    run(['docker', 'buildx', 'build', '--target', service, ...args, ...options, ROOT], {
      timeoutMs: BUILD_MS,
    });

  for (const platform of PLATFORMS) {
    const local = (service: ServiceName) => `primes-${service}:${platform.replace('/', '-')}`;
    for (const service of SERVICES)
      await build(service, ['--platform', platform, '--load', '--provenance=false', '--tag', local(service)]);
    console.log(`${platform}: ${await smokeTest(local, platform)}`);
  }

  const folder = await mkdtemp(join(tmpdir(), 'primes-release-'));
  try {
    const published: PublishedImage[] = [];
    for (const service of SERVICES) {
      const repository = `${registry}/primes-${service}`;
      const file = join(folder, `${service}.json`);
      const tag = `${repository}:${VERSION}`;
      const platforms = ['--platform', PLATFORMS.join(',')];
      // The provenance is part of the index, so the signature of the index covers it.
      await build(service, [
        ...platforms,
        '--push',
        '--provenance=mode=max',
        '--tag',
        tag,
        '--metadata-file',
        file,
      ]);
      const metadata = JSON.parse(await readFile(file, 'utf8')) as { 'containerimage.digest': string };
      published.push({ service, repository, digest: metadata['containerimage.digest'] });
    }
    return published;
  } finally {
    await rm(folder, { recursive: true });
  }
}
