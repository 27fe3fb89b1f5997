import { setTimeout, clearTimeout } from 'node:timers';
import { runToEnd } from './child.mjs';

const TAIL_LINES = 25;

/**
 * Runs one setup step without showing its output. If the step fails, prints one line and the end of the output.
 *
 * @param {{ title: string, quietMs?: number }} step The title is printed after `quietMs`.
 * @returns {Promise<number>} the exit code: 0, 1 for a failure, or that of an interruption
 */
export async function runStep({ title, quietMs = 0 }, [command, ...args], options) {
  const announce = setTimeout(() => console.log(`${title} …`), quietMs);
  const { code, output, signal } = await runToEnd(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  clearTimeout(announce);
  if (code === 0 && !signal) return 0;
  if (signal) return code || 1;
  console.error(`${title}: exit code ${code}. Last lines of its output:\n`);
  console.error(tail(output));
  return 1;
}

function tail(output) {
  return output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
