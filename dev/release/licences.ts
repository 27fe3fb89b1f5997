import { nameOf, shippedPackages, type LockFile } from './shipped.ts';

/** Licences that allow use, changes and distribution, and ask only for their text and the names of the authors. */
const ALLOWED = new Set([
  '(MIT AND Zlib)',
  '(MIT OR CC0-1.0)',
  '(MPL-2.0 OR Apache-2.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  // Of a tool for tests; it asks for the source of changes to its own files.
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Packages whose package.json does not say what their LICENSE file says. */
const STATED: Readonly<Record<string, string>> = {
  decko: 'MIT',
  stickyfill: 'MIT',
  'url-template': 'BSD-3-Clause',
};

/** The packages with a licence that nobody has allowed yet, with that licence. */
export function disallowed(lock: LockFile): readonly string[] {
  return Object.keys(lock.packages)
    .filter((path) => path.includes('node_modules/') && lock.packages[path]?.link !== true)
    .filter((path) => !ALLOWED.has(licenceOf(lock, path)))
    .map((path) => `${nameOf(path)}: ${licenceOf(lock, path)}`);
}

/** The packages in the images by licence, as a Markdown list: in a table, the longest line would pad all others. */
export function licencesList(lock: LockFile): string {
  const byLicence = Map.groupBy(shippedPackages(lock), (path) => licenceOf(lock, path));
  return [...byLicence]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([licence, paths]) => `- **${licence}**: ${[...new Set(paths.map(nameOf))].sort().join(', ')}`)
    .join('\n');
}

function licenceOf({ packages }: LockFile, path: string): string {
  return STATED[nameOf(path)] ?? packages[path]?.license ?? 'none stated';
}
