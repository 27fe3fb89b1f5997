import {
  accessVariables,
  commonConfig,
  credentials,
  field,
  parseConfig,
  withCredentials,
} from '@primes/service-kit';
import { resolve } from 'node:path';
import * as z from 'zod';
import { ROOT } from '../project.ts';
import { DEFAULT_PORT } from '../redis/managed-redis.ts';

const port = () => z.coerce.number().int().min(1).max(65_535);

const fields = z.object({
  REDIS_URL: commonConfig.shape.STORE_REDIS_URL,
  STORE_REDIS_URL: commonConfig.shape.STORE_REDIS_URL,
  ...credentials,
  ...accessVariables,
  // Loopback by default: a laptop joins untrusted networks.
  HOST: field.text('127.0.0.1', 'Address to listen on'),
  API_PORT: port().default(8_000),
  WORKER_PORT: port().default(8_001),
  GATEWAY_PORT: port().default(8_002),
  SCALER_PORT: port().default(6_000),
  REDIS_PORT: port()
    .optional()
    .meta({
      description: `Port of the Redis that npm start runs; default: ${DEFAULT_PORT}, or any free port if that is in use`,
    }),
  DATA_DIR: field.text('.data', 'Folder for the data of that Redis and for generated secrets'),
});

/** The variables that `npm start` reads; the services receive the whole environment. */
export const startConfig = withCredentials(fields);
export type StartConfig = Readonly<z.infer<typeof startConfig>>;

/** @throws {ConfigError} If a variable is not usable. */
export function readStartConfig(env: NodeJS.ProcessEnv): StartConfig {
  const config = parseConfig(startConfig, env);
  return { ...config, DATA_DIR: resolve(ROOT, config.DATA_DIR) };
}
