import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { run } from '../command.ts';
import { VERSION } from '../generate/version.ts';
import { ROOT } from '../project.ts';
import { changesOf } from './changelog.ts';
import { packageChart, pushChart } from './chart.ts';
import { dryRun, ONLY_HOSTED, type Artifacts } from './dry-run.ts';
import { publishImages } from './images.ts';
import { createSbom } from './sbom.ts';
import { keyless, signAndVerify } from './signing.ts';
import { findGoProgram, installCommand, installGoPrograms } from './tools.ts';

/** Where the files of the release are written. */
const FOLDER = join(ROOT, 'dist', 'release');

process.exit(await main(process.argv.slice(2)));

/**
 * Publishes the version of a tag from a GitHub workflow; with --dry-run, does what can be done on any machine. After
 * --install, the names of Go programs to install if they are missing.
 */
async function main(args: readonly string[]): Promise<number> {
  try {
    if (args.includes('--install')) await installGoPrograms(args);
    if (args.includes('--dry-run')) await rehearse();
    else await publish(process.env);
    return 0;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function rehearse(): Promise<void> {
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  console.log(await lintWorkflows());
  const artifacts = await prepare(changelog);
  console.log(`Version ${VERSION}: ${artifacts.changes.entries.length} changes, a valid SBOM`);
  for (const line of await dryRun(artifacts)) console.log(line);
  console.log(ONLY_HOSTED);
}

/** @throws {CliError} If this is no run of a GitHub workflow for the tag of this version. */
async function publish(env: NodeJS.ProcessEnv): Promise<void> {
  const variable = (name: string): string => {
    const value = env[name];
    if (!value) throw new CliError(`${name} must be set, as in a GitHub workflow; or use --dry-run`);
    return value;
  };
  const tag = variable('GITHUB_REF_NAME');
  if (tag !== `v${VERSION}`)
    throw new CliError(`The tag must be v${VERSION}, the version of package.json: received ${tag}`);
  const server = variable('GITHUB_SERVER_URL');
  const source = `${server}/${variable('GITHUB_REPOSITORY')}`;
  const registry = `ghcr.io/${variable('GITHUB_REPOSITORY_OWNER').toLowerCase()}`;
  const cosign = await findGoProgram('cosign');
  if (cosign === undefined) throw new CliError(`cosign is missing: ${installCommand('cosign')}`);
  const signer = keyless(cosign, { server, workflow: variable('GITHUB_WORKFLOW_REF') });

  const { folder, sbom, changes } = await prepare(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), source);
  const images = await publishImages(registry, variable('GITHUB_SHA'));
  for (const { repository, digest } of images) await signAndVerify(signer, `${repository}@${digest}`, sbom);
  const chart = await pushChart(await packageChart({ images, changes, source }, folder), registry);
  await signAndVerify(signer, chart);
  for (const { repository, digest } of images) console.log(`${repository}:${VERSION}@${digest}`);
  console.log(chart);
}

/** Writes the notes and the SBOM of the release. */
async function prepare(changelog: string, source?: string): Promise<Artifacts> {
  const changes = changesOf(VERSION, changelog);
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  // The page of a release resolves no relative links.
  const base = source === undefined ? '' : `${source}/blob/v${VERSION}/`;
  const notes = changes.notes.replaceAll(/\]\((?!https?:)/g, `](${base}`);
  await writeFile(join(FOLDER, 'notes.md'), `${notes}\n`);
  const sbom = join(FOLDER, 'sbom.cdx.json');
  await writeFile(sbom, JSON.stringify(await createSbom(), undefined, 2));
  return { folder: FOLDER, sbom, changes };
}

async function lintWorkflows(): Promise<string> {
  const actionlint = await findGoProgram('actionlint');
  if (actionlint === undefined)
    return `Not proven: the workflows (actionlint is missing: ${installCommand('actionlint')})`;
  const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((file) => join(ROOT, file));
  await run([actionlint, ...workflows]).catch((error: unknown) => {
    throw new CliError((error as Error).message, { cause: error });
  });
  return `actionlint: ${workflows.length} workflows`;
}
