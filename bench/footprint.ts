import { StoreKeys } from '@primes/prime-store';
import { nthPrimeUpperBound } from '@primes/sieve';
import { SEGMENT_NUMBERS } from '@primes/sieve/bitmap';
import { SERVICES, residentBytes } from '@primes/testing';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { atMost, mebibytes, ms, type Row } from './row.ts';
import { median } from './statistics.ts';
import { STORE_PREFIX, type System } from './system.ts';

const STARTS = 5;
/** Enough for a process to detect that it is idle and to release the memory of its start. */
export const IDLE_MS = 12_000;

/** Start time and idle memory of each process. */
export async function* startRows(system: System): AsyncGenerator<Row> {
  for (const service of SERVICES) {
    const durations: number[] = [];
    let resident = 0;
    for (let round = 0; round < STARTS; round++) {
      const start = performance.now();
      await using child = await system.start(service);
      durations.push(performance.now() - start);
      if (round < STARTS - 1) continue;
      await delay(IDLE_MS);
      resident = residentBytes(child.pid);
    }
    const duration = median(durations);
    yield {
      what: `${service}: start to ready; resident memory when idle`,
      measured: `${ms(duration)}; ${mebibytes(resident)}`,
      bar: { text: '≤ 1500.0 ms; ≤ 100 MiB', met: duration <= 1_500 && resident <= 100 * 2 ** 20 },
    };
  }
}

/** Memory of the prime store in Redis. */
export async function* storeRows(system: System): AsyncGenerator<Row> {
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null });
  const keys = new StoreKeys(STORE_PREFIX);
  await using client = system.client(1);
  await system.start('worker');
  for (const n of [500_000, 100_000_000]) {
    await client.time({ n });
    let bytes = Number(await redis.memory('USAGE', keys.manifest));
    const segments = Math.floor(nthPrimeUpperBound(n) / SEGMENT_NUMBERS) + 1;
    for (let segment = 0; segment < segments; segment++) {
      bytes += Number(await redis.memory('USAGE', keys.segment(segment)));
    }
    const format = (value: number) => `${value.toFixed(2)} bytes`;
    yield {
      what: `Redis memory per prime, n = ${n.toLocaleString('en')}`,
      measured: format(bytes / n),
      bar: atMost(bytes / n, 0.75, format),
    };
  }
  redis.disconnect();
}
