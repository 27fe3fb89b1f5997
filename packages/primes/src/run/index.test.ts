import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '@primes/service-kit';
import * as z from 'zod';
import { runner } from './index.ts';

describe('the variables of the job in the worker', () => {
  it.each([
    ['LEASE_MS', '0'],
    ['LEASE_MS', '86400000'],
    ['SIEVE_THREADS', '-1'],
  ])('rejects %s=%s and names the variable', (name, value) => {
    expect(() => parseConfig(z.object(runner.variables), { [name]: value })).toThrow(`${name}: `);
  });
});
