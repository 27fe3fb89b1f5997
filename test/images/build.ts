import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES, type Revision } from '@primes/testing';
import { runCommand } from '../../dev/command.ts';
import { VERSION } from '../../dev/generate/version.ts';
import { ROOT } from '../../dev/project.ts';
import { CliError } from '../../dev/cli-error.ts';
import { imageOf } from '../../dev/release/images.ts';
import { digestOfInputs } from './inputs.ts';

/** The image label with the digest of the build's inputs. */
const INPUTS_LABEL = 'primes.inputs';
/** A base image in the Dockerfile: its argument, and its name without the digest. */
const PINNED_BASE = /^ARG (\w+_BASE)=(\S+)@sha256:[0-9a-f]{64}$/gm;
const ANSWER_MS = 30_000;
const BUILD_MS = 20 * 60_000;
/** Number of the last output lines to show after a failed build. */
const TAIL_LINES = 25;

/**
 * Builds the images that are missing or out of date, and prints their sizes. With `options` for `docker build` it
 * builds all of them.
 *
 * @throws {CliError} If there is no Docker engine or a build fails.
 */
export async function buildImages(options: readonly string[] = []): Promise<void> {
  const engine = await runCommand(['docker', 'version', '--format', '{{.Server.Version}}'], {
    timeoutMs: ANSWER_MS,
  });
  if (!engine.ok) throw new CliError(`No Docker engine: ${engine.output}`);
  const inputs = await digestOfInputs(ROOT);
  for (const service of SERVICES) {
    const image = imageOf(service);
    const start = performance.now();
    const outdated =
      options.length > 0 || (await inspect(image, `index .Config.Labels "${INPUTS_LABEL}"`)) !== inputs;
    if (outdated)
      await buildService(image, ['--target', service, '--label', `${INPUTS_LABEL}=${inputs}`, ...options]);
    const seconds = ((performance.now() - start) / 1_000).toFixed(0);
    const size = Number(await inspect(image, '.Size')) / 1e6;
    console.log(`${image}: ${size.toFixed(0)} MB, ${outdated ? `built in ${seconds} s` : 'up to date'}`);
  }
}

async function buildService(image: string, options: readonly string[]): Promise<void> {
  const revision = await runCommand(['git', '-C', ROOT, 'rev-parse', 'HEAD'], { timeoutMs: ANSWER_MS });
  await buildImage(image, [
    ...['--build-arg', `VERSION=${VERSION}`],
    ...['--build-arg', `REVISION=${revision.ok ? revision.output : 'unknown'}`],
    ...[...(await localBases()), ...options, ROOT],
  ]);
}

/**
 * Builds the images of another revision by its own Dockerfile, unless the engine has them, and returns their names. Their
 * tag is the commit.
 *
 * @throws {CliError} If a build fails.
 */
export async function buildRevisionImages({ root, commit }: Revision): Promise<readonly string[]> {
  const images = SERVICES.map((service) => [service, `primes-${service}:${commit}`] as const);
  for (const [service, image] of images)
    if ((await inspect(image, '.Id')) === undefined) await buildImage(image, ['--target', service, root]);
  return images.map(([, image]) => image);
}

/**
 * Build arguments without the digests of base images that the engine has without one, because they were loaded or made
 * there: by digest, it would look for them in a registry.
 */
export async function localBases(): Promise<readonly string[]> {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const args: string[] = [];
  for (const [, arg = '', image = ''] of dockerfile.matchAll(PINNED_BASE))
    if ((await inspect(image, 'len .RepoDigests')) === '0') args.push('--build-arg', `${arg}=${image}`);
  return args;
}

/**
 * Builds an image with these arguments of `docker build`; the last one is the folder.
 *
 * @throws {CliError} If the build fails.
 */
export async function buildImage(image: string, args: readonly string[]): Promise<void> {
  console.log(`Building ${image} …`);
  // Older clients use BuildKit only with this variable.
  const env = { ...process.env, DOCKER_BUILDKIT: '1' };
  const command = ['docker', 'build', '--tag', image, '--progress', 'plain', ...args] as const;
  const { ok, output } = await runCommand(command, { timeoutMs: BUILD_MS, env });
  if (!ok)
    throw new CliError(`Build of ${image} failed:\n${output.split('\n').slice(-TAIL_LINES).join('\n')}`);
}

/** A property of an image; undefined if the image does not exist. */
async function inspect(image: string, property: string): Promise<string | undefined> {
  const command = ['docker', 'image', 'inspect', '--format', `{{${property}}}`, image] as const;
  const { ok, output } = await runCommand(command, { timeoutMs: ANSWER_MS });
  return ok ? output : undefined;
}
