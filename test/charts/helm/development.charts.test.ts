import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { run, runCommand } from '../../../dev/command.ts';
import { ROOT } from '../../../dev/project.ts';
import { render } from '../render.ts';

interface Skaffold {
  readonly deploy: object;
  readonly profiles: readonly { readonly name: string; readonly patches?: readonly Patch[] }[];
}

interface Patch {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** Values of `helm --set` for the release primes, in the order of their precedence. */
type Sets = readonly string[];

const read = (file: string) => readFile(join(ROOT, file), 'utf8');
const skaffold = async () => parse(await read('skaffold.yaml')) as Skaffold;

/** Skaffold applies profiles that it selects itself before those of -p; `load` deploys no chart. */
const PROFILES = ['kind', 'dev', 'no-registry', 'lite'];

describe('skaffold.yaml', () => {
  it.each(subsets(PROFILES))('deploys a valid release with $profiles', async ({ profiles }) => {
    const manifests = await render(await skaffoldSets(profiles));
    const sidecar = manifests.some(({ metadata }) => metadata.name === 'primes-collector');
    expect(sidecar).toBe(!profiles.includes('lite'));
  });

  it('has the profiles of the documentation, and no other', async () => {
    const documented = [...(await read('docs/kubernetes.md')).matchAll(/-p ([\w,-]+)/g)].flatMap(
      ([, names = '']) => names.split(','),
    );
    const names = (await skaffold()).profiles.map(({ name }) => name);
    expect(new Set([...documented, 'kind', 'dev'])).toEqual(new Set(names));
  });
});

describe('Tiltfile', () => {
  it.each([true, false])('deploys a valid release with lite=%j', async (lite) => {
    const sets = await tiltSets(lite);
    expect(sets).toContain(`telemetry.enabled=${!lite}`);
    await expect(render(sets)).resolves.not.toEqual([]);
  });
});

describe('npm run charts', () => {
  const NO_NETWORK = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9' };

  it('needs no network if the charts are there, unlike `helm dependency build`', async () => {
    await using project = await projectWithCharts();
    const { ok, output } = await project.charts(NO_NETWORK);
    expect(ok ? '' : output).toBe('');
    const build = ['helm', 'dependency', 'build', project.chart] as const;
    expect((await runCommand(build, { timeoutMs: 50_000, env: NO_NETWORK })).ok).toBe(false);
  });

  it.each(['0.0.1', undefined])('downloads a chart whose version there is %s', async (version) => {
    await using project = await projectWithCharts({ grafana: version });
    const { ok, output } = await project.charts(NO_NETWORK);
    expect({ ok, output }).toEqual({ ok: false, output: expect.stringContaining('127.0.0.1:9') });
  });
});

/** A copy of charts/observability with empty charts in place of those that it wraps; undefined: none. */
async function projectWithCharts(versions: Readonly<Record<string, string | undefined>> = {}) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'charts-'));
  const chart = join(folder.path, 'charts', 'observability');
  await mkdir(join(chart, 'charts'), { recursive: true });
  const text = await read('charts/observability/Chart.yaml');
  await writeFile(join(chart, 'Chart.yaml'), text);
  const { dependencies } = parse(text) as { dependencies: { name: string; version: string }[] };
  for (const { name, version: pinned } of dependencies) {
    const version = name in versions ? versions[name] : pinned;
    if (version === undefined) continue;
    const wrapped = join(folder.path, name);
    await mkdir(wrapped);
    await writeFile(join(wrapped, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version }));
    await run(['helm', 'package', wrapped, '--destination', join(chart, 'charts')]);
  }
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: { charts: string } };
  return {
    chart,
    /** The output of the script in this project. */
    charts: (env: NodeJS.ProcessEnv) =>
      runCommand(['sh', '-c', `cd '${folder.path}' && ${scripts.charts}`], { timeoutMs: 50_000, env }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function skaffoldSets(profiles: readonly string[]): Promise<Sets> {
  const config = await skaffold();
  for (const name of profiles)
    for (const patch of config.profiles.find((profile) => profile.name === name)?.patches ?? [])
      apply(config, patch);
  const { helm } = config.deploy as {
    helm: { releases: readonly { name: string; setValues?: Record<string, unknown> }[] };
  };
  const { setValues = {} } = helm.releases.find(({ name }) => name === 'primes') ?? {};
  return Object.entries(setValues).map(([path, value]) => `${path}=${String(value)}`);
}

/** Applies a JSON Patch. As in Skaffold, the parent must exist. */
function apply(config: object, { op, path, value }: Patch): void {
  const keys = path.split('/').slice(1);
  const last = keys.pop() ?? '';
  const parent = keys.reduce((at, key) => (at as Record<string, object>)[key] as object, config);
  if (op !== 'add' && !(last in parent)) throw new Error(`${op} ${path}: no such path`);
  if (!Array.isArray(parent)) {
    if (op === 'remove') Reflect.deleteProperty(parent, last);
    else Object.assign(parent, { [last]: value });
  } else if (last === '-') parent.push(value);
  else parent.splice(Number(last), op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
}

/** The flags --set of the Tiltfile, each a text, or two that depend on `lite`. */
async function tiltSets(lite: boolean): Promise<Sets> {
  const flags = /'--set=([^']*)'(?: \+ \('([^']*)' if lite else '([^']*)'\))?/g;
  return [...(await read('Tiltfile')).matchAll(flags)].map(
    ([, set = '', ifLite = '', otherwise = '']) => set + (lite ? ifLite : otherwise),
  );
}

function subsets(names: readonly string[]): { profiles: string[] }[] {
  const all = names.reduce<string[][]>(
    (some, name) => [...some, ...some.map((profiles) => [...profiles, name])],
    [[]],
  );
  return all.map((profiles) => ({ profiles }));
}
