import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { node24 } from './install.mjs';
import { runStep } from './step.mjs';

/**
 * Compiles what has changed: the TypeScript, then the WebAssembly kernel of the sieve.
 *
 * @returns {Promise<number>} 0, or the exit code to end with
 */
export async function build(root) {
  forgetDeletedBuilds(root);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // With nothing to do it takes 0.15 s, so there is no check before it (measured, 2 cores, 8 projects).
  const typescript = [node24(root), tsc, '-b', '--pretty', 'false'];
  const kernel = [node24(root), join(root, 'packages', 'sieve', 'assembly', 'build.mjs')];
  return (
    (await runStep({ title: 'Building (tsc -b)', quietMs: 1_500 }, typescript, { cwd: root })) ||
    (await runStep({ title: 'Building the sieve kernel (asc)', quietMs: 1_500 }, kernel, { cwd: root }))
  );
}

/** tsc trusts its record of a build and does not look whether the output is still there. */
function forgetDeletedBuilds(root) {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  for (const { path } of references) {
    const project = join(root, path);
    if (!existsSync(join(project, 'dist'))) rmSync(join(project, 'tsconfig.tsbuildinfo'), { force: true });
  }
}
