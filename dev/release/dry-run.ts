import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, SERVICES, freePort } from '@primes/testing';
import { CliError } from '../cli-error.ts';
import { run, runCommand } from '../command.ts';
import { VERSION } from '../generate/version.ts';
import { findOnPath } from '../on-path.ts';
import { packageChart, pushChart } from './chart.ts';
import type { Changes } from './changelog.ts';
import { imageOf, type PublishedImage } from './images.ts';
import { signAndVerify, type Signer } from './signing.ts';
import { findGoProgram, installCommand } from './tools.ts';

export interface Artifacts {
  readonly folder: string;
  readonly sbom: string;
  readonly changes: Changes;
}

/** What only a run on GitHub proves: it needs an identity to sign with, a registry, QEMU and the base images. */
export const ONLY_HOSTED =
  'Only a run on GitHub proves the images for arm64, keyless signatures, provenance, and the upload.';

/**
 * Signs the chart, and the images that the Docker engine has, with a key, in a registry on this machine, and verifies
 * them. Returns one line for each step: what was proven, or what was not and why.
 */
export async function dryRun({ folder, sbom, changes }: Artifacts): Promise<readonly string[]> {
  if ((await findOnPath('helm')) === undefined)
    return ['Not proven: packaging, pushing and signing (helm is missing)'];
  const crane = await findGoProgram('crane');
  if (crane === undefined) {
    await packageChart({ images: [], changes, source: undefined }, folder);
    return [
      'Packaged the chart',
      `Not proven: pushing and signing (crane is missing: ${installCommand('crane')})`,
    ];
  }
  await using local = await serveRegistry(crane);
  const { images, line } = await pushImages(crane, local.registry);
  const archive = await packageChart({ images, changes, source: undefined }, folder);
  const chart = await pushChart(archive, local.registry, ['--plain-http']);
  const lines = [line, 'Pushed the chart'];
  const cosign = await findGoProgram('cosign');
  if (cosign === undefined)
    return [...lines, `Not proven: signatures (cosign is missing: ${installCommand('cosign')})`];
  const signer = await signerWithKey(cosign, local.folder);
  await signAndVerify(signer, chart);
  for (const { repository, digest } of images) await signAndVerify(signer, `${repository}@${digest}`, sbom);
  await rejectsOthers(signer, chart, local.folder);
  return [
    ...lines,
    `Signed and verified the chart${images.length > 0 ? ' and the images with their SBOM' : ''}`,
  ];
}

/** A registry on loopback, in memory. */
async function serveRegistry(crane: string) {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'primes-registry-'));
  starting.defer(() => rm(folder, { recursive: true }));
  const registry = `127.0.0.1:${await freePort()}`;
  const args = ['registry', 'serve', '--address', registry];
  starting.use(await Engine.start({ program: crane, args, ready: `http://${registry}/v2/` }));
  const parts = starting.move();
  return { registry, folder, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Pushes the images of this version that the Docker engine has: all three, or none. */
async function pushImages(
  crane: string,
  registry: string,
): Promise<{ images: readonly PublishedImage[]; line: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'primes-images-'));
  try {
    const images: PublishedImage[] = [];
    for (const service of SERVICES) {
      const file = join(folder, 'image.tar');
      const save = ['docker', 'save', imageOf(service), '--output', file] as const;
      const { ok, output } = await runCommand(save, { timeoutMs: 120_000 });
      if (!ok) return { images: [], line: `Not proven: signed images (npm run images): ${output}` };
      const repository = `${registry}/primes-${service}`;
      const pushed = await run([crane, 'push', file, `${repository}:${VERSION}`], { timeoutMs: 120_000 });
      images.push({ service, repository, digest: pushed.trim().split('@')[1] ?? '' });
    }
    return { images, line: 'Pushed the images' };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A key pair in `folder`, without a transparency log. */
async function signerWithKey(cosign: string, folder: string): Promise<Signer> {
  const env = { COSIGN_PASSWORD: 'dry run' };
  const key = join(folder, 'cosign');
  const options = { timeoutMs: 60_000, env: { ...process.env, ...env } };
  await run([cosign, 'generate-key-pair', '--output-key-prefix', key], options);
  // cosign would otherwise fetch the addresses of the public log.
  const config = join(folder, 'signing-config.json');
  await writeFile(
    config,
    JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json' }),
  );
  return {
    cosign,
    env,
    sign: [`--key=${key}.key`, `--signing-config=${config}`],
    verify: [`--key=${key}.pub`, '--insecure-ignore-tlog=true'],
  };
}

/** A verification that accepts every key would prove nothing. */
async function rejectsOthers(signer: Signer, reference: string, folder: string): Promise<void> {
  const other = await signerWithKey(signer.cosign, await mkdtemp(join(folder, 'other-')));
  const verify = [signer.cosign, 'verify', ...other.verify, reference] as const;
  const { ok } = await runCommand(verify, { timeoutMs: 60_000 });
  if (ok) throw new CliError(`cosign verified ${reference} with a key that did not sign it`);
}
