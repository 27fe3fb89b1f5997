import { commonConfig, field, parseConfig } from '@primes/service-kit';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../project.ts';
import { DEFAULT_PORT } from '../redis/place.ts';

const port = () => z.coerce.number().int().min(1).max(65_535);

/** What `npm start` itself reads; the services are given the whole environment. */
export const startConfig = z.object({
  REDIS_URL: commonConfig.shape.STORE_REDIS_URL,
  STORE_REDIS_URL: commonConfig.shape.STORE_REDIS_URL,
  HOST: commonConfig.shape.HOST,
  API_PORT: port().default(8_000),
  WORKER_PORT: port().default(8_001),
  GATEWAY_PORT: port().default(8_002),
  SCALER_PORT: port().default(6_000),
  REDIS_PORT: port()
    .optional()
    .meta({
      description: `Port of the Redis that is brought; not set: ${DEFAULT_PORT}, or any if that is in use`,
    }),
  DATA_DIR: field.text('.data', 'Folder of what is kept: the data of that Redis and generated secrets'),
});
export type StartConfig = Readonly<z.infer<typeof startConfig>>;

/** @throws {ConfigError} If a variable is not usable. */
export function readStartConfig(env: NodeJS.ProcessEnv): StartConfig {
  const config = parseConfig(startConfig, env);
  return { ...config, DATA_DIR: resolve(ROOT, config.DATA_DIR) };
}
