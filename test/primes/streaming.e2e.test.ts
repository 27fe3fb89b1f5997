import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { eventually, residentBytes } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { describe, expect, it } from '@jest/globals';
import { startPrimesApi } from './api.ts';
import { setUp } from '../../services/api/test/set-up.ts';

/** 10,000,000 primes are 88,000,000 bytes of text: ten readers would need 900 MB if it were buffered. */
const N = 10_000_000;
const READERS = 10;
/** Memory for ten readers that do not read: 1 to 5 MB were measured. */
const MAX_STALLED_GROWTH = 25e6;
/**
 * Less than one of the ten results. While they flow, V8 lets garbage outside its heap grow to 64 MB before it collects,
 * so one run grows by 11 MB and the next by 62 MB.
 */
const MAX_GROWTH = 85e6;
const { api, id } = await setUp(async (keep) => {
  const started = keep(await startPrimesApi());
  await started.start('worker');
  return { api: started, id: await started.compute({ n: N }) };
});

async function download(): Promise<IncomingMessage> {
  return (await api.open({ path: `/tasks/${id}`, headers: { accept: 'text/plain' } })).message;
}

/** Reads to the end and returns checksum and size; `between` runs after each megabyte. */
async function drain(message: IncomingMessage, between: () => void) {
  let [sum, bytes, next] = [0, 0, 1e6];
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum);
    bytes += chunk.length;
    if (bytes < next) continue;
    next += 1e6;
    between();
  }
  return { sum, bytes };
}

/** The CPU time of the process in clock ticks. */
async function cpuTicks(): Promise<number> {
  const stat = await readFile(`/proc/${api.process.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function openFiles(): Promise<number> {
  return (await readdir(`/proc/${api.process.pid}/fd`)).length;
}

describe('a stream of 10,000,000 primes', () => {
  it('reaches ten slow readers completely, in bounded memory', async () => {
    let whole = '';
    for await (const chunk of await download()) whole += (chunk as Buffer).toString('latin1');
    expect(whole.endsWith(`\n${NTH_PRIME.get(N) ?? 0}\n`)).toBe(true);
    expect(whole.match(/\n/g)).toHaveLength(N);
    const expected = { sum: crc32(whole), bytes: whole.length };

    const before = residentBytes(api.process.pid);
    let peak = before;
    const sample = () => {
      peak = Math.max(peak, residentBytes(api.process.pid));
    };
    const readers = await Promise.all(Array.from({ length: READERS }, download));
    // Nothing reads: once all buffers are full, the api only waits.
    let ticks = -1;
    await eventually(
      async () => {
        const now = await cpuTicks();
        const idle = now === ticks;
        ticks = now;
        sample();
        if (!idle) throw new Error('Still writing');
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
    expect(peak - before).toBeLessThan(MAX_STALLED_GROWTH);
    const seen = await Promise.all(readers.map((reader) => drain(reader, sample)));
    for (const one of seen) expect(one).toEqual(expected);
    expect(peak - before).toBeLessThan(MAX_GROWTH);
  });

  it('releases everything if the client disconnects', async () => {
    const files = await openFiles();
    const before = api.process.logs.length;
    const readers = await Promise.all(Array.from({ length: 20 }, download));
    for (const reader of readers) {
      // Some have read a part, others nothing.
      if (Math.random() < 0.5) await once(reader, 'data');
      reader.destroy();
    }
    await eventually(async () => {
      const cut = api.process.logs.slice(before).filter((line) => line['aborted'] === true);
      expect(cut).toHaveLength(20);
      // Some connections of the previous test may have been open.
      expect(await openFiles()).toBeLessThanOrEqual(files);
    });
    // The store is no longer read for them.
    const fetched = await api.metric('redis_operations_total', /operation="mget"/);
    await api.view(id);
    expect(await api.metric('redis_operations_total', /operation="mget"/)).toBe(fetched);
    // Disconnects are not logged as errors.
    expect(api.process.logs.filter((line) => line['level'] === 'error')).toEqual([]);
  });
});
