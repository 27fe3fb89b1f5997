import type { MessagePort } from 'node:worker_threads';
import type { RangeSieve } from '../range-sieve.ts';
import type { SieveRequest, SievedRange } from './protocol.ts';

/** Responds to every SieveRequest on `port` with a SievedRange. An error ends the thread. */
export function serveRanges(port: MessagePort, sieve: RangeSieve): void {
  port.on('message', ({ firstByte, bytes, into }: SieveRequest) => {
    const bitmap = into ?? new Uint8Array(bytes);
    const count = sieve.sieve(bitmap, firstByte);
    const sieved: SievedRange = { bitmap, count };
    port.postMessage(sieved, [bitmap.buffer]);
  });
}
