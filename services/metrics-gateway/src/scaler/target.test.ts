import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { targetOf } from './target.ts';

const ref = (scalerMetadata: Record<string, string>) => ({
  name: 'worker',
  namespace: 'primes',
  scalerMetadata,
});

describe('targetOf()', () => {
  it.each([
    [{}, 4],
    [{ target: '8' }, 8],
    [{ target: '0.5' }, 0.5],
    [{ queue: 'primes', scalerAddress: 'metrics-gateway:6000', enableTLS: 'false' }, 4],
  ])('reads %j as %d', (metadata, target) => {
    expect(targetOf(ref(metadata))).toBe(target);
  });

  it('takes the default for a call without a reference', () => {
    expect(targetOf(null)).toBe(4);
  });

  it.each([
    [{ target: '0' }, 'target: Must be above 0'],
    [{ target: '-1' }, 'target: Must be above 0'],
    [{ target: '' }, 'target: Must be above 0'],
    [{ target: 'many' }, 'target: Must be a number'],
    [{ target: 'Infinity' }, 'target: Must be a number'],
    [{ queue: 'webhooks' }, 'queue: Must be primes'],
    [{ target: 'x', queue: 'y' }, 'target: Must be a number; queue: Must be primes'],
  ])('refuses %j', (metadata, problem) => {
    expect(() => targetOf(ref(metadata))).toThrow(
      expect.objectContaining({ code: status.INVALID_ARGUMENT, message: `scalerMetadata: ${problem}` }),
    );
  });
});
