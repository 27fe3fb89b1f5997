import { describe, expect, it } from '@jest/globals';
import { SERVICES, imageOf } from '../images/build.ts';
import { figure } from './figures.ts';
import { run } from '../../dev/command.ts';

const MAX_BYTES = 300e6;

interface Image {
  readonly Size: number;
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly RootFS: { readonly Layers: readonly string[] };
}

async function inspect(service: (typeof SERVICES)[number]): Promise<Image> {
  const [image] = JSON.parse(await run(['docker', 'image', 'inspect', await imageOf(service)])) as Image[];
  if (!image) throw new Error(`No image of ${service}`);
  return image;
}

describe('the images', () => {
  it.each(SERVICES)('are small, non-root and labelled: %s', async (service) => {
    const { Size, Config } = await inspect(service);
    figure(`size of ${await imageOf(service)}`, `${(Size / 1e6).toFixed(0)} MB`);
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
        'node_modules/jest', 'packages/testing', 'packages/sieve/src'];
      console.log(JSON.stringify([readdirSync('services'), paths.filter((path) => existsSync(path))]))`;
    const output = await run(['docker', 'run', '--rm', await imageOf(service), '-e', look]);
    expect(JSON.parse(output)).toEqual([[service], []]);
  });
});
