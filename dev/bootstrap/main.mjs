import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { runToEnd } from './child.mjs';
import { install, node24 } from './install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `setup` ends after installing and building; each other verb is the program dev/<verb>.ts. */
const VERBS = ['start', 'test', 'bench', 'images', 'cluster', 'telemetry', 'pictures', 'load', 'setup'];

/**
 * Installs and builds what is missing or out of date, then runs the program of `verb` on Node 24.
 *
 * @param {string[]} args the verb and what its program is told
 * @returns {Promise<number>} the exit code
 */
export async function main([verb, ...args]) {
  if (!VERBS.includes(verb)) {
    console.error(`Usage: node dev/bootstrap.mjs ${VERBS.join('|')} [arguments]`);
    return 2;
  }
  const code = (await install(root)) || (await build(root));
  if (code !== 0 || verb === 'setup') return code;

  const program = ['--conditions=source', join(root, 'dev', `${verb}.ts`), ...args];
  const env = {
    // From the second time on, all that is started loads in half the time (start.ts: 1.3 s, then 0.6 s; two
    // busy cores).
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    ...process.env,
    // As npm does for scripts: `node` and the tools are the project's own, also for what the program starts.
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
  const { code: ended } = await runToEnd(node24(root), program, {
    cwd: root,
    env,
    // The channel tells the program when this process is killed and can no longer pass on signals.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  return ended;
}
