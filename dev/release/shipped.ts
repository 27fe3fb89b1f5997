import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SERVICES } from '@primes/testing';
import { ROOT } from '../project.ts';

/** A package in package-lock.json, without its path. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  /** Only development dependencies need it. */
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  /** Of a workspace: its entry is at the path `resolved`. */
  readonly link?: boolean;
  readonly resolved?: string;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** Development dependencies of which the images contain a bundle, with their own dependencies inside. */
const BUNDLED = [
  { service: 'services/api', name: 'redoc' },
  { service: 'services/api', name: '@primes/web' },
];

const MODULES = 'node_modules/';

export function readLockFile(): LockFile {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as LockFile;
}

/** The name of a package from its path in the lock file. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(MODULES) + MODULES.length);
}

/**
 * The paths of the packages of npm that are in the images, without our own. `npm sbom --omit=dev` is no answer: it omits
 * what is a development dependency of the root too, such as Express (npm 11.19).
 */
export function shippedPackages({ packages }: LockFile): readonly string[] {
  const found = new Set<string>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[path] ?? {};
    const peers = Object.keys(peerDependencies).filter(
      (name) => peerDependenciesMeta[name]?.optional !== true,
    );
    for (const name of [...Object.keys(dependencies), ...peers]) add(resolve(packages, path, name));
  };
  for (const service of SERVICES) add(`services/${service}`);
  for (const { service, name } of BUNDLED) add(resolve(packages, service, name));
  return [...found].filter((path) => path.includes(MODULES)).sort();
}

/**
 * Finds a dependency as Node does: beside the package, then in the folders above.
 *
 * @throws {RangeError} If the lock file does not contain it.
 */
function resolve(packages: LockFile['packages'], from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = `${folder === '.' ? '' : `${folder}/`}${MODULES}${name}`;
    const entry = packages[path];
    if (entry) return entry.link === true ? (entry.resolved ?? path) : path;
    if (folder === '.') throw new RangeError(`package-lock.json must contain ${name}, which ${from} needs`);
  }
}
