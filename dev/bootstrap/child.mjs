import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';

/** Ctrl-C reaches the child by itself, and once more from here; a `kill` of this process alone does not. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 250;

/**
 * Runs a command to its end. Until then no signal ends this process: it is passed on to the child, whose
 * end is waited for, so that whoever waits for this process finds nothing running afterwards.
 *
 * @returns {Promise<{ code: number, output: string, signal?: string }>} The exit code (128 + the number of
 *   the signal that killed the child, as shells say it), what it wrote if its output is piped, and the
 *   signal that was passed on.
 */
export function runToEnd(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    let output = '';
    let passedOn;
    const passOn = (signal) => {
      passedOn = signal;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, passOn);
    const watch = watchNpm(() => passOn('SIGTERM'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, passOn);
      resolve({ code: code ?? 128 + constants.signals[killedBy], output, signal: passedOn });
    });
  });
}

/** Calls `onEnd` once npm, or the shell that it starts scripts with, has been killed and cannot say so. */
function watchNpm(onEnd) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onEnd();
  }, PARENT_CHECK_MS);
  return watch;
}
