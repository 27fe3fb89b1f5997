import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../project.ts';

interface Manifest {
  readonly version: string;
  readonly workspaces: readonly string[];
}

const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** The version of the project. The root package.json is its one source, and `npm version` sets it. */
export const { version: VERSION } = root;

const workspaces = globSync(
  root.workspaces.map((pattern) => `${pattern}/package.json`),
  { cwd: ROOT },
).map((file) => file.slice(0, -'/package.json'.length));

/** Files that repeat the version, and how to set it in their text. */
export const VERSIONED: readonly { readonly file: string; readonly make: (current: string) => string }[] = [
  ...workspaces.map((folder) => ({
    file: `${folder}/package.json`,
    make: (current: string) => withVersion(current, /^ {2}"version": "[^"]*"/m, `  "version": "${VERSION}"`),
  })),
  { file: 'package-lock.json', make: lockFile },
  ...['primes', 'observability'].map((chart) => ({
    file: `charts/${chart}/Chart.yaml`,
    make: (current: string) =>
      withVersion(
        withVersion(current, /^version: .*$/m, `version: ${VERSION}`),
        /^appVersion: .*$/m,
        `appVersion: ${VERSION}`,
      ),
  })),
];

/** @throws {SyntaxError} If the text has no version. */
function withVersion(text: string, line: RegExp, replacement: string): string {
  if (!line.test(text)) throw new SyntaxError(`Expected ${line.source} in the text`);
  return text.replace(line, replacement);
}

/** npm writes the versions of the workspaces into the lock file, but `npm version` sets only that of the root. */
function lockFile(current: string): string {
  const lock = JSON.parse(current) as { packages: Record<string, { version?: string }> };
  for (const folder of workspaces) {
    const entry = lock.packages[folder];
    if (entry) entry.version = VERSION;
  }
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}
