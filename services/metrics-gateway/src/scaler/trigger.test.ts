import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { triggerOf } from './trigger.ts';

const ref = (scalerMetadata: Record<string, string>) => ({
  name: 'worker',
  namespace: 'primes',
  scalerMetadata,
});

describe('triggerOf()', () => {
  it.each([
    [{}, { target: 4, settleSeconds: 0 }],
    [{ target: '8' }, { target: 8 }],
    [{ target: '0.5' }, { target: 0.5 }],
    [{ settleSeconds: '12' }, { settleSeconds: 12 }],
    [{ queue: 'echo', scalerAddress: 'metrics-gateway:6000', enableTLS: 'false' }, { target: 4 }],
  ])('reads %j as %j', (metadata, trigger) => {
    expect(triggerOf(ref(metadata), 'echo')).toMatchObject(trigger);
  });

  it('uses the defaults for a call without a reference', () => {
    expect(triggerOf(null, 'echo')).toMatchObject({ target: 4, settleSeconds: 0 });
  });

  it.each([
    [{ target: '0' }, 'target: Must be above 0'],
    [{ target: '-1' }, 'target: Must be above 0'],
    [{ target: '' }, 'target: Must be above 0'],
    [{ target: 'many' }, 'target: Must be a number'],
    [{ target: 'Infinity' }, 'target: Must be a number'],
    [{ settleSeconds: '-1' }, 'settleSeconds: Must be at least 0'],
    [{ queue: 'webhooks' }, 'queue: Must be echo'],
    [{ target: 'x', queue: 'y' }, 'target: Must be a number; queue: Must be echo'],
  ])('rejects %j', (metadata, problem) => {
    expect(() => triggerOf(ref(metadata), 'echo')).toThrow(
      expect.objectContaining({ code: status.INVALID_ARGUMENT, message: `scalerMetadata: ${problem}` }),
    );
  });
});
