import { pino, type Logger } from 'pino';
import { ConfigError } from './config.ts';

type Close = () => unknown;

/** What a process has opened; it is closed in reverse order, each step after the one before. */
export interface Lifecycle {
  /** Aborted by SIGTERM or SIGINT, before anything is closed. */
  readonly signal: AbortSignal;
  /** Registers a step of closing. Steps run in the reverse order of registration. */
  onClose(name: string, close: Close): void;
  /** Ends the process in the same orderly way as SIGTERM does. */
  stop(reason: string): void;
}

export interface RunOptions {
  readonly log: Logger;
  readonly deadlineMs: number;
}

/**
 * Runs a service: `main` opens everything, a signal closes it again, and the exit code tells how it
 * went: 0 in order, 1 when the start failed or closing took longer than the deadline.
 * A second signal changes nothing: Ctrl-C reaches a process twice, from the terminal and from npm.
 */
export async function run(options: RunOptions, main: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const { log } = options;
  const abort = new AbortController();
  const steps: { name: string; close: Close }[] = [];
  const stopped = Promise.withResolvers<string>();
  const lifecycle: Lifecycle = {
    signal: abort.signal,
    onClose: (name, close) => {
      steps.push({ name, close });
    },
    stop: (reason) => {
      stopped.resolve(reason);
    },
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      lifecycle.stop(name);
    });

  let exitCode = 0;
  try {
    await Promise.race([main(lifecycle), stopped.promise]);
    log.info({ reason: await stopped.promise }, 'stopping');
  } catch (error) {
    explain(log, error);
    exitCode = 1;
  }
  abort.abort();
  const overdue = setTimeout(() => {
    log.error({ deadline_ms: options.deadlineMs }, 'did not stop within the deadline');
    process.exit(1);
  }, options.deadlineMs);
  for (const { name, close } of steps.reverse()) {
    try {
      await close();
    } catch (error) {
      log.error({ err: error, step: name }, 'a step of closing failed');
      exitCode = 1;
    }
  }
  clearTimeout(overdue);
  log.info({ exit_code: exitCode }, 'stopped');
  process.exit(exitCode);
}

/** Ends a process whose configuration cannot be read: one line, since there is no logger yet. */
export function refuseToStart(service: string, error: unknown): never {
  explain(pino({ base: { service } }), error);
  process.exit(1);
}

/** What an operator can mend is one clear line; only a fault of ours comes with its stack. */
function explain(log: Logger, error: unknown): void {
  const mendable = error instanceof ConfigError || (error instanceof Error && error.cause !== undefined);
  if (mendable) log.fatal(error.message);
  else log.fatal({ err: error }, 'could not start');
}
