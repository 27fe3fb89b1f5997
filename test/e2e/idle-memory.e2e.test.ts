import { describe, expect, it } from '@jest/globals';
import { SERVICES, eventually, startService, testRedisUrl, uniquePrefix } from '@primes/testing';

/** The size of V8's young generation in a process. */
async function youngGenerationBytes(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_space_size_total_bytes\{space="new".*\} (\d+)/m.exec(metrics)?.[1]);
}

describe.each(SERVICES)('an idle %s', (service) => {
  it('releases the young generation that its start used', async () => {
    const prefixes = { QUEUE_PREFIX: uniquePrefix(), STORE_PREFIX: uniquePrefix() };
    await using process = await startService(service, { REDIS_URL: testRedisUrl(), ...prefixes });
    expect(await youngGenerationBytes(process.url)).toBeGreaterThan(8 * 2 ** 20);
    await eventually(
      async () => {
        expect(await youngGenerationBytes(process.url)).toBeLessThan(4 * 2 ** 20);
      },
      { timeoutMs: 50_000, intervalMs: 1_000 },
    );
  });
});
