import type { StartConfig } from './config.ts';
import type { Secrets } from './secrets.ts';
import { servicesOf } from './services.ts';

/** What `npm start` chooses or generates for the services. */
export interface Decided {
  readonly config: StartConfig;
  readonly redisUrl: string;
  readonly secrets: Secrets;
}

/**
 * The environment of the services. The user's variables take precedence, so every variable of a service can be
 * passed to `npm start`, also as a file. An empty variable counts as unset.
 */
export function serviceEnvironment(user: NodeJS.ProcessEnv, decided: Decided): NodeJS.ProcessEnv {
  const { config, redisUrl, secrets } = decided;
  const { worker, gateway } = servicesOf(config);
  const given = Object.fromEntries(Object.entries(user).filter(([, value]) => value !== ''));
  // With a wait before shutdown, the services' default deadline is needed.
  const hasWait = given['SHUTDOWN_LINGER_MS'] !== undefined || given['FINAL_SCRAPE_WAIT_MS'] !== undefined;
  const chosen = {
    REDIS_URL: redisUrl,
    HOST: config.HOST,
    API_PORT: String(config.API_PORT),
    WORKER_PORT: String(config.WORKER_PORT),
    GATEWAY_PORT: String(config.GATEWAY_PORT),
    SCALER_PORT: String(config.SCALER_PORT),
    METRICS_GATEWAY_URL: gateway.url,
    READY_AFTER: `${worker.url}/readyz,${gateway.url}/readyz`,
    // There is no load balancer to wait for, and Ctrl-C should take at most 5 s.
    SHUTDOWN_LINGER_MS: '0',
    ...(!hasWait && { SHUTDOWN_DEADLINE_MS: '3500' }),
    ...secrets,
  };
  const missing = Object.entries(chosen).filter(([name]) => given[`${name}_FILE`] === undefined);
  return { ...Object.fromEntries(missing), ...given };
}
