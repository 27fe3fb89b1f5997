import type { Logger } from 'pino';
import type { z } from 'zod';
import { ConfigError, parseConfig, type CommonConfig } from './config.ts';
import { releaseMemoryWhenIdle } from './idle-memory.ts';
import { createLogger } from './logger.ts';
import { startTracing } from './telemetry/tracing.ts';

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
async function run(options: RunOptions, main: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
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
  await flush(log);
  process.exit(exitCode);
}

export interface ServiceOptions<S extends z.ZodObject> {
  readonly service: string;
  readonly schema: S;
  readonly env: NodeJS.ProcessEnv;
}

export interface ServiceContext<C> {
  readonly config: C;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
}

/** A whole process: configuration, logger, then `main` within `run`. It ends the process. */
export async function runService<S extends z.ZodObject>(
  { service, schema, env }: ServiceOptions<S>,
  main: (context: ServiceContext<Readonly<z.output<S>>>) => Promise<void>,
): Promise<void> {
  try {
    const config = parseConfig(schema, env);
    const { LOG_LEVEL, LOG_FORMAT, SHUTDOWN_DEADLINE_MS } = config as CommonConfig;
    const log = await createLogger(service, { LOG_LEVEL, LOG_FORMAT });
    const endTracing = await startTracing(service, env, log);
    releaseMemoryWhenIdle();
    await run({ log, deadlineMs: SHUTDOWN_DEADLINE_MS }, (lifecycle) => {
      // Before all else, and so closed last: what the others do at their end is seen too.
      if (endTracing) lifecycle.onClose('tracing', endTracing);
      return main({ config, log, lifecycle });
    });
  } catch (error) {
    // The configuration cannot be read, so this is said in the default format.
    const log = await createLogger(service, { LOG_LEVEL: 'info', LOG_FORMAT: 'auto' });
    explain(log, error);
    await flush(log);
    process.exit(1);
  }
}

/** Lines are written in the background; the last ones are worth waiting for. */
function flush(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    log.flush(() => {
      resolve();
    });
  });
}

/** What an operator can mend is one clear line; only a fault of ours comes with its stack. */
function explain(log: Logger, error: unknown): void {
  const mendable = error instanceof ConfigError || (error instanceof Error && error.cause !== undefined);
  if (mendable) log.fatal(error.message);
  else log.fatal({ err: error }, 'could not start');
}
