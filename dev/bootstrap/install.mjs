import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { isInstalled } from './installed.mjs';
import { runStep } from './step.mjs';

/** The Node major version that the TypeScript sources and the services need. */
const NODE = 24;

/**
 * Makes node_modules match package-lock.json. Runs npm, which needs the network, only if they differ.
 *
 * @returns {Promise<number>} the exit code
 */
export async function install(root) {
  if (isComplete(root)) return 0;
  const npm = ['npm', 'ci', '--include=dev', '--loglevel=error', '--no-progress'];
  const code = await runStep({ title: 'Installing dependencies (npm ci)' }, npm, {
    cwd: root,
    env: { ...process.env, PATH: ownPath() },
  });
  if (code !== 0) return code;
  if (node24(root) !== undefined) return 0;
  console.error(
    `npm did not install Node ${NODE} (package "node"): disable ignore-scripts or install Node ${NODE}`,
  );
  return 1;
}

/** The Node 24 that npm installed, or the running Node if it is new enough. */
export function node24(root) {
  const installed = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(installed)) return installed;
  return Number(process.versions.node.split('.')[0]) >= NODE ? process.execPath : undefined;
}

function isComplete(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  const installed = existsSync(record) ? readFileSync(record, 'utf8') : undefined;
  return (
    isInstalled(readFileSync(join(root, 'package-lock.json'), 'utf8'), installed) &&
    node24(root) !== undefined
  );
}

/** The PATH without the folders that npm adds: `npm ci` must not run on a Node that it is about to delete. */
function ownPath() {
  const added = `${sep}node_modules${sep}.bin`;
  return process.env.PATH.split(delimiter)
    .filter((folder) => !folder.endsWith(added))
    .join(delimiter);
}
