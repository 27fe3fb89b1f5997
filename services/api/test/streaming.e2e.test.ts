import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { NTH_PRIME, eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { setUp } from './set-up.ts';

/** 10,000,000 primes are 88,000,000 bytes of text: ten readers would need 900 MB if it were buffered. */
const N = 10_000_000;
const READERS = 10;
const MOST_GROWTH = 50 * 1_024 * 1_024;
const { api, id } = await setUp(async (keep) => {
  const started = keep(await startApi());
  await started.start('worker');
  return { api: started, id: await started.compute({ n: N }) };
});

async function download(): Promise<IncomingMessage> {
  return (await api.open({ path: `/tasks/${id}`, headers: { accept: 'text/plain' } })).message;
}

/** Reads to the end, and tells what it was; `between` runs after each megabyte. */
async function drain(message: IncomingMessage, between: () => Promise<void>) {
  let [sum, bytes, next] = [0, 0, 1e6];
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum);
    bytes += chunk.length;
    if (bytes < next) continue;
    next += 1e6;
    await between();
  }
  return { sum, bytes };
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${api.process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Clock ticks that the process has computed for. */
async function cpuTicks(): Promise<number> {
  const stat = await readFile(`/proc/${api.process.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function openFiles(): Promise<number> {
  return (await readdir(`/proc/${api.process.pid}/fd`)).length;
}

describe('a stream of 10,000,000 primes', () => {
  it('goes to ten slow readers in flat memory, and each gets every byte', async () => {
    let whole = '';
    for await (const chunk of await download()) whole += (chunk as Buffer).toString('latin1');
    expect(whole.endsWith(`\n${NTH_PRIME.get(N) ?? 0}\n`)).toBe(true);
    expect(whole.match(/\n/g)).toHaveLength(N);
    const expected = { sum: crc32(whole), bytes: whole.length };

    const before = await residentBytes();
    let peak = before;
    const sample = async () => {
      peak = Math.max(peak, await residentBytes());
    };
    const readers = await Promise.all(Array.from({ length: READERS }, download));
    // Nobody reads: once all buffers on the way are full, the api has nothing to do but to wait.
    let ticks = -1;
    await eventually(
      async () => {
        const now = await cpuTicks();
        const idle = now === ticks;
        ticks = now;
        await sample();
        if (!idle) throw new Error('Still writing');
      },
      { timeoutMs: 10_000, intervalMs: 200 },
    );
    const seen = await Promise.all(readers.map((reader) => drain(reader, sample)));
    for (const one of seen) expect(one).toEqual(expected);
    expect(peak - before).toBeLessThan(MOST_GROWTH);
  }, 60_000);

  it('leaves nothing behind when the client goes away in the middle', async () => {
    const files = await openFiles();
    const before = api.process.logs.length;
    const readers = await Promise.all(Array.from({ length: 20 }, download));
    for (const reader of readers) {
      // Some have read a part, some nothing.
      if (Math.random() < 0.5) await once(reader, 'data');
      reader.destroy();
    }
    await eventually(async () => {
      const cut = api.process.logs.slice(before).filter((line) => line['aborted'] === true);
      expect(cut).toHaveLength(20);
      expect(await openFiles()).toBe(files);
    });
    // Nothing is read from the store for nobody.
    const fetched = await api.metric('redis_operations_total', /operation="mget"/);
    await api.view(id);
    expect(await api.metric('redis_operations_total', /operation="mget"/)).toBe(fetched);
    // And it is no failure.
    expect(api.process.logs.filter((line) => line['level'] === 'error')).toEqual([]);
  });
});
