import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { redisOperations } from './redis-operations.ts';

describe('redisOperations()', () => {
  it('counts commands by outcome, and exports 0 errors before the first', async () => {
    const registry = new Registry();
    const observe = redisOperations(registry);
    observe('get', 'success');
    expect(await registry.metrics()).toContain('redis_operations_total{operation="get",status="error"} 0');
    observe('get', 'error');
    observe('get', 'success');
    const text = await registry.metrics();
    expect(text).toContain('redis_operations_total{operation="get",status="success"} 2');
    expect(text).toContain('redis_operations_total{operation="get",status="error"} 1');
  });
});
