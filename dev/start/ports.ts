import { cannotListen } from '@primes/service-kit';
import { occupy } from '@primes/testing';
import { CliError } from '../cli-error.ts';
import type { StartConfig } from './config.ts';

const VARIABLES = ['API_PORT', 'WORKER_PORT', 'GATEWAY_PORT', 'SCALER_PORT'] as const;

/**
 * Listens on all ports at the same time for a moment, which also detects a port that is set for two services.
 *
 * @throws {CliError} for the first port that cannot be used
 */
export async function requireFreePorts(config: StartConfig): Promise<void> {
  await using taken = new AsyncDisposableStack();
  for (const variable of VARIABLES) {
    const [host, port] = [config.HOST, config[variable]];
    const server = await occupy(port, host).catch((error: unknown) => {
      throw new CliError(cannotListen(error as Error, { host, port, variable }).message, { cause: error });
    });
    taken.use(server);
  }
}
