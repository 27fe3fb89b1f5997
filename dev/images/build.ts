import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { ROOT } from '../project.ts';
import { Refusal } from '../refusal.ts';
import { digestOfInputs } from './inputs.ts';

export const SERVICES = ['api', 'worker', 'metrics-gateway'] as const;

/** The label of an image that tells what it was made of. */
const INPUTS_LABEL = 'primes.inputs';
const ANSWER_MS = 30_000;
const BUILD_MS = 20 * 60_000;
/** How many of the builder's last lines say why it failed. */
const TAIL_LINES = 25;

/** The image of a service, with the tag that the chart takes: the version of this release. */
export async function imageOf(service: (typeof SERVICES)[number]): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return `primes-${service}:${version}`;
}

/**
 * Builds the images that are missing or made of other files than there are now, and prints their sizes. With `options`
 * for `docker build` they are built in any case.
 *
 * @throws {Refusal} without a Docker engine, or when a build fails
 */
export async function buildImages(options: readonly string[] = []): Promise<void> {
  const engine = await runCommand(['docker', 'version', '--format', '{{.Server.Version}}'], {
    timeoutMs: ANSWER_MS,
  });
  if (!engine.ok) throw new Refusal(`The images need a Docker engine: ${engine.output}`);
  const inputs = await digestOfInputs(ROOT);
  for (const service of SERVICES) {
    const image = await imageOf(service);
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
  const [, version = ''] = image.split(':');
  await buildImage(image, [
    ...['--build-arg', `VERSION=${version}`],
    ...['--build-arg', `REVISION=${revision.ok ? revision.output : 'unknown'}`],
    ...[...options, ROOT],
  ]);
}

/**
 * Builds an image with these arguments of `docker build`, the last of which is the folder.
 *
 * @throws {Refusal} when the build fails
 */
export async function buildImage(image: string, args: readonly string[]): Promise<void> {
  console.log(`Building ${image} …`);
  // Older clients do not use BuildKit unless told so.
  const env = { ...process.env, DOCKER_BUILDKIT: '1' };
  const command = ['docker', 'build', '--tag', image, '--progress', 'plain', ...args] as const;
  const { ok, output } = await runCommand(command, { timeoutMs: BUILD_MS, env });
  if (!ok)
    throw new Refusal(`${image} cannot be built:\n${output.split('\n').slice(-TAIL_LINES).join('\n')}`);
}

/** A property of an image, or undefined if there is no such image. */
async function inspect(image: string, property: string): Promise<string | undefined> {
  const command = ['docker', 'image', 'inspect', '--format', `{{${property}}}`, image] as const;
  const { ok, output } = await runCommand(command, { timeoutMs: ANSWER_MS });
  return ok ? output : undefined;
}
