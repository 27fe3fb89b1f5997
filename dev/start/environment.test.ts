import { describe, expect, it } from '@jest/globals';
import { readStartConfig } from './config.ts';
import { serviceEnvironment } from './environment.ts';

const secrets = { IDEMPOTENCY_SECRET: 'made-1', WEBHOOK_SECRET: 'made-2' };
const environment = (user: NodeJS.ProcessEnv) =>
  serviceEnvironment(user, { config: readStartConfig(user), redisUrl: 'redis://127.0.0.1:6390', secrets });

describe('serviceEnvironment()', () => {
  it('wires the services to each other', () => {
    expect(environment({ WORKER_PORT: '9001' })).toEqual({
      REDIS_URL: 'redis://127.0.0.1:6390',
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

  it('lets what the user has set win, and an empty variable count as not set', () => {
    const user = { WEBHOOK_SECRET: 'theirs', IDEMPOTENCY_SECRET: '', SHUTDOWN_LINGER_MS: '100', MAX_N: '7' };
    expect(environment(user)).toMatchObject({
      WEBHOOK_SECRET: 'theirs',
      IDEMPOTENCY_SECRET: 'made-1',
      SHUTDOWN_LINGER_MS: '100',
      MAX_N: '7',
    });
  });
});
