import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../project.ts';
import { Refusal } from '../refusal.ts';
import type { StartConfig } from './config.ts';

/** One of the processes that `npm start` runs. */
export interface Service {
  readonly name: string;
  /** Its built program. */
  readonly main: string;
  /** Where it listens, as this machine reaches it. */
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

/** The address at which this machine reaches what listens on `host`. */
export function localUrl(host: string, port: number): string {
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** @throws {Refusal} If a program has not been built. */
export function requireBuild(services: Services): void {
  const missing = Object.values(services).find(({ main }) => !existsSync(main));
  if (missing) throw new Refusal(`The build of ${missing.name} is missing (${missing.main}): npm run build`);
}
