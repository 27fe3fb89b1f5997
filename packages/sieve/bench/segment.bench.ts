// node --conditions=source packages/sieve/bench/segment.bench.ts
import { cpus } from 'node:os';
import {
  SEGMENT_BYTES,
  SEGMENT_NUMBERS,
  SievePool,
  byteOfNumber,
  countBits,
  primeText,
  sieveSegment,
  sievingPrimesUpTo,
} from '@primes/sieve';

const ROUNDS = 5;
const TO_1E9 = Math.ceil(1e9 / SEGMENT_NUMBERS);

/** The shortest of some rounds, in milliseconds: what other processes do only ever adds to it. */
async function best(round: () => unknown): Promise<number> {
  let shortest = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await round();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}

const segment = new Uint8Array(SEGMENT_BYTES);

function sieveAndCount(firstByte: number, segments: number, sievingPrimes: Uint32Array): void {
  for (let i = 0; i < segments; i++) {
    sieveSegment(segment, firstByte + i * SEGMENT_BYTES, sievingPrimes);
    countBits(segment);
  }
}

console.log(`${cpus()[0].model}, Node ${process.versions.node}, best of ${ROUNDS}`);

const all = await best(() => {
  sieveAndCount(0, TO_1E9, sievingPrimesUpTo(31_700));
});
console.log(`sieve and count to 10^9, in process: ${all.toFixed(0)} ms`);

for (let k = 6; k <= 12; k++) {
  const sievingPrimes = sievingPrimesUpTo(2 ** 20);
  const ms = await best(() => {
    sieveAndCount(byteOfNumber(10 ** k), 20, sievingPrimes);
  });
  const perNumber = (ms * 1e6) / (20 * SEGMENT_NUMBERS);
  console.log(`from 10^${k}: ${(ms / 20).toFixed(2)} ms a segment, ${perNumber.toFixed(3)} ns a number`);
}

for (const threads of [1, 2]) {
  await using pool = new SievePool({ threads });
  const ms = await best(() =>
    Promise.all(
      Array.from({ length: TO_1E9 }, (_, i) =>
        pool.sieve({ firstByte: i * SEGMENT_BYTES, bytes: SEGMENT_BYTES }, { group: 'bench' }),
      ),
    ),
  );
  console.log(`to 10^9 by a pool of ${threads}: ${ms.toFixed(0)} ms`);
}

const firstByte = byteOfNumber(1e9);
sieveSegment(segment, firstByte, sievingPrimesUpTo(2 ** 20));
let textBytes = 0;
const textMs = await best(() => {
  textBytes = 0;
  for (let i = 0; i < 20; i++) {
    const text = primeText({ bitmap: segment, firstByte }, { skip: 0, take: 1e9, separator: ',' });
    for (const chunk of text) textBytes += chunk.length;
  }
});
console.log(`text from 10^9: ${(textBytes / textMs / 1e3).toFixed(0)} MB/s`);
