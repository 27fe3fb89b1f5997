import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { node24 } from './install.mjs';
import { runStep } from './step.mjs';

/**
 * Builds what has changed: the types, then what each package builds itself: the kernel, the page, the bundles.
 *
 * @returns {Promise<number>} the exit code
 */
export async function build(root) {
  forgetDeletedBuilds(root);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // An up-to-date build takes 0.15 s (measured, 2 cores, 8 projects), so no check comes before it.
  const typescript = [node24(root), tsc, '-b', '--pretty', 'false'];
  // When all is up to date, this takes 0.9 s.
  const packages = ['npm', 'run', '--silent', '--workspaces', '--if-present', 'build'];
  return (
    (await runStep({ title: 'Building (tsc -b)', quietMs: 1_500 }, typescript, { cwd: root })) ||
    (await runStep({ title: 'Building the packages (npm run build)', quietMs: 2_500 }, packages, {
      cwd: root,
    }))
  );
}

/** tsc trusts its build info and does not check that the output still exists. */
function forgetDeletedBuilds(root) {
  for (const workspaces of ['packages', 'services']) {
    for (const entry of readdirSync(join(root, workspaces), { withFileTypes: true })) {
      const project = join(root, workspaces, entry.name);
      // Finder leaves files in folders.
      if (entry.isDirectory() && !existsSync(join(project, 'dist')))
        rmSync(join(project, 'tsconfig.tsbuildinfo'), { force: true });
    }
  }
}
