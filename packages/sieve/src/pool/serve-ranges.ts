import type { MessagePort } from 'node:worker_threads';
import type { RangeSieve } from '../range-sieve.ts';
import type { SieveRange, SievedRange } from './protocol.ts';

/** Answers every SieveRange that comes in on `port` with a SievedRange. Whatever it throws ends the thread. */
export function serveRanges(port: MessagePort, sieve: RangeSieve): void {
  port.on('message', ({ firstByte, bytes }: SieveRange) => {
    const bitmap = new Uint8Array(bytes);
    const count = sieve.sieve(bitmap, firstByte);
    const sieved: SievedRange = { bitmap, count };
    port.postMessage(sieved, [bitmap.buffer]);
  });
}
