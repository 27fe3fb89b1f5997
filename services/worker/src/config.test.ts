import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '@primes/service-kit';
import { workerConfig } from './config.ts';

describe('the environment of the worker', () => {
  it.each([
    ['REDIS_COMMAND_TIMEOUT_MS', '0'],
    ['SHUTDOWN_DEADLINE_MS', '0'],
    ['WORKER_CONCURRENCY', '0'],
    // With the default deadline of 20 s.
    ['FINAL_SCRAPE_WAIT_MS', '20000'],
  ])('rejects %s=%s and names the variable', (name, value) => {
    expect(() => parseConfig(workerConfig, { [name]: value })).toThrow(`${name}: `);
  });

  it('accepts a longer wait for the last scrape with a later deadline', () => {
    const given = { FINAL_SCRAPE_WAIT_MS: '20000', SHUTDOWN_DEADLINE_MS: '30000' };
    expect(parseConfig(workerConfig, given).FINAL_SCRAPE_WAIT_MS).toBe(20_000);
  });
});
