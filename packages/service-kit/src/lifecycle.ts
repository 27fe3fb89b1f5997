import type { Logger } from 'pino';
import { ConfigError } from './config.ts';

type Close = () => unknown;

/** The shutdown hooks of a process. They run one after another, in reverse order of registration. */
export interface Lifecycle {
  /** Aborted on SIGTERM, SIGINT or SIGHUP (a closed terminal), before the first hook runs. */
  readonly signal: AbortSignal;
  /** Registers a shutdown hook. */
  onClose(name: string, close: Close): void;
  /** Shuts the process down as SIGTERM does. */
  stop(reason: string): void;
}

export interface RunOptions {
  readonly log: Logger;
  readonly deadlineMs: number;
}

/**
 * Runs a service: `main` opens all resources, and a signal closes them. The exit code is 0, or 1 if startup or a hook
 * failed or the shutdown exceeded its deadline. A second signal has no effect, because Ctrl-C reaches a process twice:
 * from the terminal and from npm.
 */
export async function run(options: RunOptions, main: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const { log } = options;
  const abort = new AbortController();
  const hooks: { name: string; close: Close }[] = [];
  const stopped = Promise.withResolvers<string>();
  const lifecycle: Lifecycle = {
    signal: abort.signal,
    onClose: (name, close) => {
      hooks.push({ name, close });
    },
    stop: (reason) => {
      stopped.resolve(reason);
    },
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(name, () => {
      lifecycle.stop(name);
    });

  let exitCode = 0;
  try {
    await Promise.race([main(lifecycle), stopped.promise]);
    log.info({ reason: await stopped.promise }, 'stopping');
  } catch (error) {
    logStartupError(log, error);
    exitCode = 1;
  }
  abort.abort();
  const overdue = setTimeout(() => {
    log.error({ deadline_ms: options.deadlineMs }, 'shutdown deadline exceeded');
    process.exit(1);
  }, options.deadlineMs);
  for (const { name, close } of hooks.reverse()) {
    try {
      await close();
    } catch (error) {
      log.error({ err: error, hook: name }, 'shutdown hook failed');
      exitCode = 1;
    }
  }
  clearTimeout(overdue);
  log.info({ exit_code: exitCode }, 'stopped');
  await flush(log);
  process.exit(exitCode);
}

/** Logs why a service does not start, and exits. */
export async function exitWith(log: Logger, error: unknown): Promise<never> {
  logStartupError(log, error);
  await flush(log);
  process.exit(1);
}

/** Waits until the buffered lines are written. */
function flush(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    log.flush(() => {
      resolve();
    });
  });
}

/** An error that an operator can fix is one line; only a bug is logged with its stack. */
function logStartupError(log: Logger, error: unknown): void {
  const isOperational = error instanceof ConfigError || (error instanceof Error && error.cause !== undefined);
  if (isOperational) log.fatal(error.message);
  else log.fatal({ err: error }, 'startup failed');
}
