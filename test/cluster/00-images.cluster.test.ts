import { describe, expect, it } from '@jest/globals';
import { SERVICES, type ServiceName } from '@primes/testing';
import { imageOf } from '../../dev/release/images.ts';
import { buildImage, localBases } from '../images/build.ts';
import { figure } from './figures.ts';
import { run } from '../../dev/command.ts';
import { ROOT } from '../../dev/project.ts';
import { nameOf, readLockFile, shippedPackages } from '../../dev/release/shipped.ts';
import { smokeTest } from '../../dev/release/smoke.ts';

const MAX_BYTES = 170e6;

/** Prints the packages of npm in an image, each as `name@version`. A bundle has no package.json. */
const PACKAGES = `
  const { existsSync, lstatSync, readdirSync } = require('fs');
  const names = (dir) => readdirSync(dir).filter((name) => !name.startsWith('.')).flatMap((name) =>
    name.startsWith('@') ? readdirSync(dir + '/' + name).map((scoped) => name + '/' + scoped) : [name]);
  const walk = (dir) => !existsSync(dir) ? [] : names(dir).map((name) => dir + '/' + name)
    .filter((path) => !lstatSync(path).isSymbolicLink() && existsSync(path + '/package.json'))
    .flatMap((path) => {
      const { name, version } = require(path + '/package.json');
      return [name + '@' + version, ...walk(path + '/node_modules')];
    });
  const folders = readdirSync('services').map((name) => '/services/' + name);
  console.log(JSON.stringify(['', ...folders].flatMap((folder) => walk('/app' + folder + '/node_modules'))));`;

interface Image {
  readonly Architecture: string;
  readonly Size: number;
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly RootFS: { readonly Layers: readonly string[] };
}

async function inspect(service: ServiceName): Promise<Image> {
  return inspectImage(imageOf(service));
}

async function inspectImage(name: string): Promise<Image> {
  const [image] = JSON.parse(await run(['docker', 'image', 'inspect', name])) as Image[];
  if (!image) throw new Error(`No image ${name}`);
  return image;
}

describe('the images', () => {
  it.each(SERVICES)('are small, non-root and labelled: %s', async (service) => {
    const { Size, Config } = await inspect(service);
    figure(`size of ${imageOf(service)}`, `${(Size / 1e6).toFixed(0)} MB`);
    expect(Size).toBeLessThan(MAX_BYTES);
    expect(Config.User).toBe('65532:65532');
    expect(Config.Labels['org.opencontainers.image.title']).toBe(`primes-${service}`);
    expect(Config.Labels['org.opencontainers.image.version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Config.Labels['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{40}$/);
  });

  it('share all layers except the last', async () => {
    const images = await Promise.all(SERVICES.map(inspect));
    const [shared, ...others] = images.map(({ RootFS }) => RootFS.Layers.slice(0, -1));
    for (const layers of others) expect(layers).toEqual(shared);
  });

  it.each(SERVICES)('contain only what the service needs: %s', async (service) => {
    const look = `
      const { existsSync, readdirSync } = require('fs');
      const paths = ['/bin/sh', '/usr/local/bin/npm', 'node_modules/node', 'node_modules/typescript',
        'node_modules/jest', 'node_modules/express/lib', 'packages'];
      console.log(JSON.stringify([readdirSync('services'), paths.filter((path) => existsSync(path))]))`;
    const output = await run(['docker', 'run', '--rm', imageOf(service), '-e', look]);
    expect(JSON.parse(output)).toEqual([[service], []]);
  });

  it('contain the packages of the SBOM, and no other', async () => {
    const output = await run(['docker', 'run', '--rm', imageOf('api'), '-e', PACKAGES]);
    const found = new Set(JSON.parse(output) as string[]);
    const lock = readLockFile();
    const shipped = shippedPackages(lock).map((path) => ({
      name: `${nameOf(path)}@${lock.packages[path]?.version ?? ''}`,
      // Inside the bundle of ReDoc, which the images contain as one file.
      bundled: lock.packages[path]?.dev === true,
    }));
    expect([...found].filter((each) => !shipped.some(({ name }) => name === each))).toEqual([]);
    expect(shipped.filter(({ name, bundled }) => !bundled && !found.has(name))).toEqual([]);
    figure('packages of npm in the images', String(found.size));
  });

  it('run a task from submission to result', async () => {
    const line = await smokeTest(imageOf);
    expect(line).toMatch(/^task done after \d+ ms: \[2,3,5,7,11,13,17,19,23,29\]$/);
  });

  it('build for arm64 without executing anything there', async () => {
    const image = 'primes-api:arm64-test';
    // An engine without a registry has the base image for its own platform only, hence no base image.
    const args = ['--platform', 'linux/arm64', '--target', 'api', ...(await localBases())];
    try {
      await buildImage(image, [...args, '--build-arg', 'RUN_BASE=scratch', ROOT]);
      expect((await inspectImage(image)).Architecture).toBe('arm64');
    } finally {
      await run(['docker', 'image', 'rm', '--force', image]);
    }
  });
});
