import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';

/** Ctrl-C reaches the child directly and again from here; `kill` of this process alone reaches it only from here. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 250;

/**
 * Runs a command until it exits. Signals do not end this process: it forwards them and waits for the child to
 * exit, so that nothing still runs when this process ends.
 *
 * @returns {Promise<{ code: number, output: string, signal?: string }>} The exit code (128 + the signal number
 *   if a signal killed the child, as in shells), the output if it is piped, and the signal that was forwarded.
 */
export function runToEnd(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    let output = '';
    let forwarded;
    const forward = (signal) => {
      forwarded = signal;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const watch = watchNpm(() => forward('SIGTERM'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, forward);
      resolve({ code: code ?? 128 + constants.signals[killedBy], output, signal: forwarded });
    });
  });
}

/** Calls `onEnd` when npm, or the shell that it runs scripts with, was killed without forwarding a signal. */
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
