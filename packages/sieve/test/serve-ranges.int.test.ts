import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { KernelSieve } from '../src/kernel-sieve.ts';
import type { SievedRange } from '../src/pool/protocol.ts';
import { compileKernel } from '../src/pool/kernel-module.ts';
import { serveRanges } from '../src/pool/serve-ranges.ts';
import { PlainSieve, type RangeSieve } from '../src/range-sieve.ts';
import { expectedBitmap, firstDifference } from './oracle.ts';

/** A channel with serveRanges at the far end, and the ranges that it posted. */
function servedChannel(sieve: RangeSieve) {
  const { port1: near, port2: far } = new MessageChannel();
  const posted: SievedRange[] = [];
  const post: MessagePort['postMessage'] = far.postMessage.bind(far);
  far.postMessage = (message: SievedRange, transfer) => {
    post(message, transfer);
    posted.push(message);
  };
  serveRanges(far, sieve);
  return {
    near,
    posted,
    [Symbol.dispose]: () => {
      near.close();
    },
  };
}

describe.each([
  { what: 'the kernel', sieve: () => new KernelSieve(compileKernel()!) },
  { what: 'plain TypeScript', sieve: () => new PlainSieve() },
])('serveRanges() with $what', ({ sieve }) => {
  it('responds in order, for larger and then smaller ranges', async () => {
    using channel = servedChannel(sieve());
    for (const firstByte of [0, 30_000_000_000, 7]) {
      channel.near.postMessage({ firstByte, bytes: 1_000 });
      const [{ bitmap, count }] = (await once(channel.near, 'message')) as [SievedRange];
      expect(firstDifference(bitmap, expectedBitmap(firstByte, 1_000))).toBe(-1);
      expect(count).toBe(
        [...bitmap].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
      );
    }
  });

  it('transfers the buffer instead of copying it', async () => {
    using channel = servedChannel(sieve());
    channel.near.postMessage({ firstByte: 0, bytes: 1_000 });
    const [{ bitmap }] = (await once(channel.near, 'message')) as [SievedRange];
    expect(bitmap.buffer.byteLength).toBe(1_000);
    expect(channel.posted.map((sieved) => sieved.bitmap.buffer.detached)).toEqual([true]);
  });
});
