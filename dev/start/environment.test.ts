import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '@primes/service-kit';
import { apiConfig } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { readStartConfig } from './config.ts';
import { serviceEnvironment } from './environment.ts';

const secrets = { IDEMPOTENCY_SECRET: 'made-1', WEBHOOK_SECRET: 'made-2' };
const environment = (user: NodeJS.ProcessEnv) =>
  serviceEnvironment(user, { config: readStartConfig(user), redisUrl: 'redis://127.0.0.1:6390', secrets });

describe('serviceEnvironment()', () => {
  it('connects the services to each other', () => {
    expect(environment({ WORKER_PORT: '9001' })).toEqual({
      REDIS_URL: 'redis://127.0.0.1:6390',
      HOST: '127.0.0.1',
      API_PORT: '8000',
      WORKER_PORT: '9001',
      GATEWAY_PORT: '8002',
      SCALER_PORT: '6000',
      METRICS_GATEWAY_URL: 'http://127.0.0.1:8002',
      READY_AFTER: 'http://127.0.0.1:9001/readyz,http://127.0.0.1:8002/readyz',
      SHUTDOWN_LINGER_MS: '0',
      SHUTDOWN_DEADLINE_MS: '3500',
      ...secrets,
    });
  });

  it('listens on the configured host and ports, and connects the services there', () => {
    expect(environment({ HOST: '::1' })).toMatchObject({
      HOST: '::1',
      METRICS_GATEWAY_URL: 'http://[::1]:8002',
    });
  });

  it('gives precedence to the user, and treats an empty variable as unset', () => {
    const user = { WEBHOOK_SECRET: 'theirs', IDEMPOTENCY_SECRET: '', SHUTDOWN_LINGER_MS: '100', MAX_N: '7' };
    expect(environment(user)).toMatchObject({
      WEBHOOK_SECRET: 'theirs',
      IDEMPOTENCY_SECRET: 'made-1',
      SHUTDOWN_LINGER_MS: '100',
      MAX_N: '7',
    });
  });

  it('sets no variable that the user gives as a file', () => {
    const env = environment({ WEBHOOK_SECRET_FILE: '/run/secrets/webhook' });
    expect(env).toMatchObject({ WEBHOOK_SECRET_FILE: '/run/secrets/webhook', IDEMPOTENCY_SECRET: 'made-1' });
    expect(env).not.toHaveProperty('WEBHOOK_SECRET');
  });

  it.each([
    ['SHUTDOWN_LINGER_MS', '5000', apiConfig],
    ['FINAL_SCRAPE_WAIT_MS', '5000', workerConfig],
  ])('gives a service that is told %s=%s a deadline that leaves room for it', (name, value, schema) => {
    const wellFormed = { IDEMPOTENCY_SECRET: 'a'.repeat(16), WEBHOOK_SECRET: `whsec_${'a'.repeat(32)}` };
    const usable = environment({ [name]: value, ...wellFormed });
    expect(() => parseConfig(schema, usable)).not.toThrow();
  });
});
