import { expect } from '@jest/globals';
import type { MetricsCall } from '@primes/contracts';
import type * as z from 'zod';

/** Gets calls of a gateway's metrics API, and parses them with the schemas of its job. */
export function metricsClient<Api extends Readonly<Record<MetricsCall, z.ZodType>>>(api: Api, base: string) {
  return async function ask<Call extends MetricsCall>(call: Call): Promise<z.infer<Api[Call]>> {
    const response = await fetch(`${base}/api/metrics/${call}`);
    expect(response.status).toBe(200);
    return api[call].parse(await response.json());
  };
}
