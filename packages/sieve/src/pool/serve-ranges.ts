import type { MessagePort } from 'node:worker_threads';
import { countBits } from '../bits.ts';
import { sieveSegment } from '../segment-sieve.ts';
import { SievingPrimes } from '../sieving-primes.ts';
import { NUMBERS_PER_BYTE } from '../wheel30.ts';
import type { SieveRange, SievedRange } from './protocol.ts';

/** Answers every SieveRange that comes in on `port` with a SievedRange. Whatever it throws ends the thread. */
export function serveRanges(port: MessagePort): void {
  const primes = new SievingPrimes();
  port.on('message', ({ firstByte, bytes }: SieveRange) => {
    const bitmap = new Uint8Array(bytes);
    sieveSegment(bitmap, firstByte, primes.sufficientFor(NUMBERS_PER_BYTE * (firstByte + bytes)));
    const sieved: SievedRange = { bitmap, count: countBits(bitmap) };
    port.postMessage(sieved, [bitmap.buffer]);
  });
}
