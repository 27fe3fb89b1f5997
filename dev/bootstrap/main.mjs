import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { runToEnd } from './child.mjs';
import { install, node24 } from './install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program of each command; `setup` only installs and builds. */
const PROGRAMS = {
  start: 'dev/start.ts',
  test: 'test/main.ts',
  bench: 'bench/main.ts',
  images: 'test/images/main.ts',
  cluster: 'test/cluster/main.ts',
  telemetry: 'test/telemetry/main.ts',
  failover: 'test/failover/main.ts',
  pictures: 'test/telemetry/pictures.ts',
  load: 'test/load/main.ts',
  screenshots: 'test/browser/screenshots.ts',
  chaos: 'test/chaos/main.ts',
  'game-day': 'test/chaos/game-day/main.ts',
  key: 'dev/key.ts',
  release: 'dev/release/main.ts',
};

/**
 * Installs and builds what is missing or out of date, then runs the program of a command on Node 24.
 *
 * @param {string[]} args the command and the arguments of its program
 * @returns {Promise<number>} the exit code
 */
export async function main([command, ...args]) {
  if (!Object.hasOwn(PROGRAMS, command) && command !== 'setup') {
    console.error(`Usage: node dev/bootstrap.mjs ${Object.keys(PROGRAMS).join('|')}|setup [arguments]`);
    return 2;
  }
  const code = (await install(root)) || (await build(root));
  if (code !== 0 || command === 'setup') return code;

  const program = [join(root, PROGRAMS[command]), ...args];
  const env = {
    // Halves the load time from the second run on (start.ts: 1.3 s, then 0.6 s; two busy cores).
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    ...process.env,
    // As in npm scripts, the program and its children use the project's own `node` and tools.
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
  const { code: ended } = await runToEnd(node24(root), program, {
    cwd: root,
    env,
    // The IPC channel closes when this process is killed and can no longer forward signals.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  return ended;
}
