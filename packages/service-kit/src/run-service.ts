import type { Registry } from 'prom-client';
import type * as z from 'zod';
import type { CommonConfig } from './common-config.ts';
import { parseConfig } from './config.ts';
import { listenOptions, type ListenOptions } from './http/server.ts';
import { releaseMemoryWhenIdle } from './idle-memory.ts';
import { exitWith, run, type Lifecycle } from './lifecycle.ts';
import { Liveness } from './liveness.ts';
import { createLogger, type Logger } from './logger.ts';
import { connectRedis, type RedisConnections } from './redis-connections.ts';
import { createRegistry } from './telemetry/default-metrics.ts';
import { startTracing } from './telemetry/tracing.ts';

export interface ServiceOptions<S extends z.ZodObject> {
  readonly service: string;
  /** Prefix of metric names. */
  readonly metricPrefix: string;
  readonly schema: S;
  /** The variable of the HTTP port. */
  readonly portVariable: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What every service has. */
export interface ServiceContext<C> {
  readonly config: C;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly registry: Registry;
  readonly port: ListenOptions;
  readonly connections: RedisConnections;
  readonly liveness: Liveness;
}

/** Runs a service from configuration to exit: reads the environment, waits for Redis, and calls `main`. */
export async function runService<S extends z.ZodObject>(
  { service, metricPrefix, schema, portVariable, env }: ServiceOptions<S>,
  main: (context: ServiceContext<z.output<S>>) => Promise<void>,
): Promise<void> {
  try {
    const config = parseConfig(schema, env);
    const common = config as CommonConfig & Readonly<Record<string, number>>;
    const log = await createLogger(service, common);
    const stopTracing = await startTracing(service, env, log);
    releaseMemoryWhenIdle();
    await run({ log, deadlineMs: common.SHUTDOWN_DEADLINE_MS }, async (lifecycle) => {
      // First, and so closed last: the spans of the other hooks are exported too.
      if (stopTracing) lifecycle.onClose('tracing', stopTracing);
      const registry = createRegistry(service);
      const port = listenOptions(common, portVariable);
      const connections = await connectRedis(common, { service, registry, log, lifecycle, port });
      const { signal } = lifecycle;
      const liveness = new Liveness(common, { metricPrefix, connections, registry, log, signal });
      await main({ config, log, lifecycle, registry, port, connections, liveness });
    });
  } catch (error) {
    // The configuration is invalid, so the log uses the default format.
    await exitWith(await createLogger(service, { LOG_LEVEL: 'info', LOG_FORMAT: 'auto' }), error);
  }
}
