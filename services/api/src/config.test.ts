import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '@primes/service-kit';
import { echo } from '@primes/testing/echo';
import { apiConfig } from './config.ts';
import { openApiDocument } from './openapi.ts';

const env = {
  IDEMPOTENCY_SECRET: 'only-for-tests-idempotency',
  WEBHOOK_SECRET: `whsec_${'a'.repeat(32)}`,
};

describe('the environment of the api', () => {
  it.each([
    ['REDIS_COMMAND_TIMEOUT_MS', '0'],
    ['WEBHOOK_TIMEOUT_MS', '0'],
    ['WEBHOOK_TIMEOUT_MS', '86400000'],
    ['WEBHOOK_BACKOFF_MS', '0'],
    ['METRICS_GATEWAY_TIMEOUT_MS', '0'],
    ['SHUTDOWN_DEADLINE_MS', '0'],
    ['MAX_QUEUED', '0'],
    ['REDIS_MEMORY_WATERMARK_PERCENT', '80'],
    ['RETENTION_SECONDS', '0'],
    // With the default deadline of 20 s.
    ['SHUTDOWN_LINGER_MS', '20000'],
    ['ADMIN_USER', 'admin'],
    ['READY_AFTER', 'http://127.0.0.1:8001/readyz,foo'],
    ['WEBHOOK_SECRET', `whsec_${'a'.repeat(31)}`],
    ['WEBHOOK_SECRET', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['BASE_PATH', 'numbers'],
    ['BASE_PATH', '/'],
    ['BASE_PATH', '/numbers/'],
    ['BASE_PATH', '//numbers'],
    ['BASE_PATH', '/a/../b'],
    ['BASE_PATH', '/a?b'],
    ['BASE_PATH', '/ü'],
    ['BASE_PATH', "/a';b"],
    ['TRACE_URL_TEMPLATE', 'grafana/{trace_id}'],
    ['TRACE_URL_TEMPLATE', 'javascript:alert("{trace_id}")'],
    ['TRACE_URL_TEMPLATE', 'https://grafana.example.com/'],
  ])('rejects %s=%s and names the variable', (name, value) => {
    expect(() => parseConfig(apiConfig, { ...env, [name]: value })).toThrow(`${name}: `);
  });

  it('rejects a BASE_PATH that begins with a path of the api', () => {
    const { paths } = openApiDocument(echo, { formats: undefined, config: {} }) as { paths: object };
    const own = Object.keys(paths).filter((path) => path !== '/');
    for (const path of own.map((path) => path.replace('{id}', 'id')))
      expect(() => parseConfig(apiConfig, { ...env, BASE_PATH: path })).toThrow(
        'BASE_PATH: Must be outside the paths of the api',
      );
    expect(own.length).toBeGreaterThan(10);
  });

  it('accepts secrets of 24 to 64 bytes', () => {
    for (const bytes of [24, 25, 63, 64]) {
      const WEBHOOK_SECRET = `whsec_${Buffer.alloc(bytes).toString('base64')}`;
      expect(parseConfig(apiConfig, { ...env, WEBHOOK_SECRET })).toMatchObject({ WEBHOOK_SECRET });
    }
  });

  it.each(['IDEMPOTENCY_SECRET', 'WEBHOOK_SECRET'] as const)('accepts another %s, for a rotation', (name) => {
    const other = `${name}_OTHER` as const;
    expect(parseConfig(apiConfig, { ...env, [other]: '' })[other]).toBeUndefined();
    const next = `whsec_${'b'.repeat(32)}`;
    expect(parseConfig(apiConfig, { ...env, [other]: next })[other]).toBe(next);
    expect(() => parseConfig(apiConfig, { ...env, [other]: 'short' })).toThrow(`${other}: Must`);
    const same = { ...env, [name]: next, [other]: next };
    expect(() => parseConfig(apiConfig, same)).toThrow(`${other}: Must differ from ${name}`);
  });

  it('reports all problems at once, including those between two variables', () => {
    const wrong = { MAX_QUEUED: 'x', SHUTDOWN_LINGER_MS: '30000', ADMIN_USER: 'x' };
    expect(() => parseConfig(apiConfig, { ...env, ...wrong })).toThrow(
      /MAX_QUEUED: .*; SHUTDOWN_LINGER_MS: Must be less than .*; ADMIN_USER: Must be set together with/,
    );
  });

  it('does not compare variables that are invalid by themselves', () => {
    const wrong = { SHUTDOWN_LINGER_MS: '5000', SHUTDOWN_DEADLINE_MS: 'x' };
    const parse = () => parseConfig(apiConfig, { ...env, ...wrong });
    expect(parse).toThrow(/SHUTDOWN_DEADLINE_MS: /);
    expect(parse).not.toThrow(/SHUTDOWN_LINGER_MS/);
  });

  it('rejects a password without a user', () => {
    expect(() => parseConfig(apiConfig, { ...env, ADMIN_PASSWORD: 'secret' })).toThrow('ADMIN_USER: ');
  });

  it('accepts no wait for Redis, no linger time, and a user with a password', () => {
    const given = { REDIS_WAIT_MS: '0', SHUTDOWN_LINGER_MS: '0', ADMIN_USER: 'a', ADMIN_PASSWORD: 'b' };
    expect(parseConfig(apiConfig, { ...env, ...given })).toMatchObject({
      REDIS_WAIT_MS: 0,
      SHUTDOWN_LINGER_MS: 0,
    });
  });
});
