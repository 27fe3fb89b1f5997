import type { StartConfig } from './config.ts';
import type { Secrets } from './secrets.ts';
import { servicesOf } from './services.ts';

/** What `npm start` decides or makes for the services. */
export interface Decided {
  readonly config: StartConfig;
  readonly redisUrl: string;
  readonly secrets: Secrets;
}

/**
 * The environment of the services. What the user has set wins, so that everything a service can be told by
 * a variable can be told to `npm start`; an empty variable counts as not set.
 */
export function serviceEnvironment(user: NodeJS.ProcessEnv, decided: Decided): NodeJS.ProcessEnv {
  const { config, redisUrl, secrets } = decided;
  const { worker, gateway } = servicesOf(config);
  return {
    REDIS_URL: redisUrl,
    API_PORT: String(config.API_PORT),
    WORKER_PORT: String(config.WORKER_PORT),
    GATEWAY_PORT: String(config.GATEWAY_PORT),
    SCALER_PORT: String(config.SCALER_PORT),
    METRICS_GATEWAY_URL: gateway.url,
    READY_AFTER: `${worker.url}/readyz,${gateway.url}/readyz`,
    // There is no load balancer to wait for, and Ctrl-C is to be over within 5 s.
    SHUTDOWN_LINGER_MS: '0',
    SHUTDOWN_DEADLINE_MS: '3500',
    ...secrets,
    ...Object.fromEntries(Object.entries(user).filter(([, value]) => value !== '')),
  };
}
