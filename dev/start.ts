import { accessOf, ConfigError } from '@primes/service-kit';
import { join } from 'node:path';
import { aborted } from 'node:util';
import { openRedis, requireUsable } from './redis.ts';
import { CliError } from './cli-error.ts';
import { readStartConfig, type StartConfig } from './start/config.ts';
import { serviceEnvironment } from './start/environment.ts';
import { claimDataDir } from './start/lock.ts';
import { requireFreePorts } from './start/ports.ts';
import { untilReady } from './start/ready.ts';
import { screen } from './start/screen.ts';
import { keptSecrets } from './start/secrets.ts';
import { requireBuild, servicesOf } from './start/services.ts';
import { stopSignal } from './start/stop-signal.ts';
import { startServices } from './start/supervisor.ts';

const HELP = `Usage: npm start

Starts Redis and the three services, and stops them on Ctrl-C. It takes no arguments. Environment variables
set ports, limits and URLs, for example: API_PORT=9000 npm start. docs/configuration.md lists them.`;

process.exit(await main(process.argv.slice(2)));

/** Returns the exit code: 0 after a stop request, 1 if the start failed or a service exited. */
async function main(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.log(HELP);
    return args.includes('--help') ? 0 : 2;
  }
  const signal = stopSignal();
  try {
    return await start(readStartConfig(process.env), signal);
  } catch (error) {
    if (signal.aborted) return 0;
    if (!(error instanceof CliError || error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** Closes everything in reverse order on every exit path: the services, then Redis. */
async function start(config: StartConfig, signal: AbortSignal): Promise<number> {
  const services = servicesOf(config);
  requireBuild(services);
  await using opened = new AsyncDisposableStack();
  opened.use(await claimDataDir(config.DATA_DIR, import.meta.filename));
  await requireFreePorts(config);
  const access = accessOf(config);
  if (config.STORE_REDIS_URL !== undefined) await requireUsable({ url: config.STORE_REDIS_URL, access });
  const secrets = await keptSecrets(config.DATA_DIR);
  const redisOptions = {
    external: config.REDIS_URL === undefined ? undefined : { url: config.REDIS_URL, access },
    port: config.REDIS_PORT,
    dataDir: join(config.DATA_DIR, 'redis'),
  };
  const redis = opened.use(await openRedis(redisOptions, signal));
  const env = serviceEnvironment(process.env, { config, redisUrl: redis.url, secrets });
  const running = opened.use(startServices(Object.values(services), env));

  const end = Promise.race([
    aborted(signal, signal).then(() => ({ code: 0, line: 'Stopping. Running tasks return to the queue.' })),
    running.firstEnd.then((how) => ({ code: 1, line: `${how}. Stopping the other services.` })),
  ]);
  const early = await Promise.race([end, untilReady(services)]);
  if (early === undefined) console.log(screen(config, redis));
  const { code, line } = early ?? (await end);
  console.log(line);
  return code;
}
