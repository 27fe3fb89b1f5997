import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../project.ts';
import { CliError } from '../cli-error.ts';
import type { StartConfig } from './config.ts';

/** A process that `npm start` runs. */
export interface Service {
  readonly name: string;
  /** The compiled entry point. */
  readonly main: string;
  /** Its base URL on this machine. */
  readonly url: string;
}

export type Services = Readonly<Record<'api' | 'worker' | 'gateway', Service>>;

export function servicesOf(config: StartConfig): Services {
  const service = (name: string, port: number): Service => ({
    name,
    main: join(ROOT, 'services', name, 'dist', 'main.js'),
    url: localUrl(config.HOST, port),
  });
  return {
    api: service('api', config.API_PORT),
    worker: service('worker', config.WORKER_PORT),
    gateway: service('metrics-gateway', config.GATEWAY_PORT),
  };
}

/** The URL at which this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** @throws {CliError} If a service is not built. */
export function requireBuild(services: Services): void {
  const missing = Object.values(services).find(({ main }) => !existsSync(main));
  if (missing)
    throw new CliError(`${missing.name} is not built (${missing.main} is missing): run npm run build`);
}
