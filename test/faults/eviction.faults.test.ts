import { describe, expect, it } from '@jest/globals';
import { SERVICES, startRedis, startService } from '@primes/testing';

describe('a Redis that evicts keys', () => {
  it.each(SERVICES)('causes one warning in the log of the %s', async (name) => {
    await using redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    await using service = await startService(name, { REDIS_URL: redis.url });
    const warnings = service.logs.filter(({ level }) => level !== 'info');
    expect(warnings).toMatchObject([{ level: 'warn', eviction_policy: 'allkeys-lru' }]);
  });
});
