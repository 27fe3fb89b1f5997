import type { Server } from 'node:net';
import { Refusal } from '../refusal.ts';
import { occupy } from '../tcp.ts';
import type { StartConfig } from './config.ts';

const PORTS = [
  { variable: 'API_PORT', user: 'api' },
  { variable: 'WORKER_PORT', user: 'worker' },
  { variable: 'GATEWAY_PORT', user: 'metrics-gateway' },
  { variable: 'SCALER_PORT', user: 'metrics-gateway, gRPC' },
] as const;

/**
 * Takes all ports for a moment, all at once, so that one that is meant for two services is noticed too.
 *
 * @throws {Refusal} naming the first that cannot be had
 */
export async function requireFreePorts(config: StartConfig): Promise<void> {
  await using taken = new AsyncDisposableStack();
  for (const port of PORTS) taken.use(await take(port, config));
}

async function take({ variable, user }: (typeof PORTS)[number], config: StartConfig): Promise<Server> {
  const port = config[variable];
  try {
    return await occupy(port, config.HOST);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${message})`;
    throw new Refusal(`Port ${port} (${user}) ${reason}: set ${variable} to another`, { cause: error });
  }
}
