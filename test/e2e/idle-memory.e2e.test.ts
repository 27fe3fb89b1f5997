import { describe, expect, it } from '@jest/globals';
import { eventually, startService, testRedisUrl, uniquePrefix } from '@primes/testing';

/** What V8 has for the young objects of a process. */
async function youngGenerationBytes(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_space_size_total_bytes\{space="new".*\} (\d+)/m.exec(metrics)?.[1]);
}

describe.each(['api', 'worker', 'metrics-gateway'] as const)('the %s with nothing to do', (service) => {
  it('gives back what its start took of the young generation', async () => {
    const prefixes = { QUEUE_PREFIX: uniquePrefix(), STORE_PREFIX: uniquePrefix() };
    await using process = await startService(service, { REDIS_URL: testRedisUrl(), ...prefixes });
    expect(await youngGenerationBytes(process.url)).toBeGreaterThan(8 * 2 ** 20);
    await eventually(
      async () => {
        expect(await youngGenerationBytes(process.url)).toBeLessThan(4 * 2 ** 20);
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
  });
});
