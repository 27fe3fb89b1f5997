import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ProblemSchema } from '@primes/contracts';
import { eventually, residentBytes } from '@primes/testing';
import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startPrimesApi } from './api.ts';
import { setUp } from '../../services/api/test/set-up.ts';

/** 88,000,000 bytes of text: more than the kernel buffers for a connection. */
const N = 10_000_000;
const READERS = 300;
/** MAX_RESULT_STREAMS */
const MAX_STREAMS = 200;
/** The chart's memory limit is 384 MiB. 302 to 321 MiB were measured: V8 lets garbage outside its heap grow to 64 MB. */
const MAX_RESIDENT = 360 * 1_024 * 1_024;
const STALL_MS = 5_000;

const { api, strict, id, short } = await setUp(async (keep) => {
  const started = keep(await startPrimesApi());
  await started.start('worker');
  const strict = await started.start('api', { STALL_TIMEOUT_MS: String(STALL_MS) });
  const [large, small] = await Promise.all([N, 5_000].map((n) => started.compute({ n })));
  return { api: started, strict, id: large ?? '', short: small ?? '' };
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Asks for the result, reads the head of the response and no more. */
async function stall(
  path: string,
  { url = api.url, requestId = 'any' } = {},
): Promise<{ status: number; socket: Socket }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head.toString('latin1'))?.[1]), socket };
}

describe(`${READERS} readers that stop reading`, () => {
  it('use bounded memory, and only delay other readers', async () => {
    const statuses: number[] = [];
    // One after the other: the api sends some megabytes to each before the kernel's buffers are full.
    while (statuses.length < READERS) statuses.push((await stall(`/tasks/${id}`)).status);
    expect(statuses.slice(0, MAX_STREAMS)).toEqual(Array.from({ length: MAX_STREAMS }, () => 200));
    expect(statuses.slice(MAX_STREAMS)).toEqual(Array.from({ length: READERS - MAX_STREAMS }, () => 503));
    expect(residentBytes(api.process.pid)).toBeLessThan(MAX_RESIDENT);

    const rejected = await api.send({ path: `/tasks/${id}` });
    expect(rejected).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(ProblemSchema.parse(JSON.parse(rejected.body)).type).toBe('urn:primes:problem:too_many_streams');
    // Short responses are served all the time.
    for (const query of ['limit=0', 'limit=100', 'offset=9999000']) {
      expect(await api.send({ path: `/tasks/${id}?${query}` })).toMatchObject({ status: 200 });
    }
    expect(await api.send({ path: `/tasks/${short}` })).toMatchObject({ status: 200 });
    expect(await api.send({ method: 'HEAD', path: `/tasks/${id}` })).toMatchObject({ status: 200 });

    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      const csv = { path: `/tasks/${id}`, headers: { accept: 'text/csv' } };
      const { status, body } = await api.send(csv);
      expect([status, body.endsWith(`\r\n${NTH_PRIME.get(N) ?? 0}\r\n`)]).toEqual([200, true]);
    });
  });

  it('are disconnected, and slow readers are not', async () => {
    const stalled = Array.from({ length: 10 }, (_, i) => `stalled-${i}`);
    for (const requestId of stalled) await stall(`/tasks/${id}`, { url: strict.url, requestId });
    const { socket: slow } = await stall(`/tasks/${id}`, { url: strict.url, requestId: 'slow' });
    // At most 3 MB a second.
    const timer = setInterval(() => void slow.read(), 20);
    await eventually(
      () => {
        const cut = strict.logs.filter((line) => line['aborted'] === true).map((line) => line['request_id']);
        expect(cut.sort()).toEqual(stalled);
      },
      { timeoutMs: 10 * STALL_MS },
    );
    clearInterval(timer);
    slow.resume();
    await once(slow, 'end');
    const line = await eventually(() => {
      const found = strict.logs.find(({ request_id: each }) => each === 'slow');
      return found ?? Promise.reject(new Error('The slow download has not ended'));
    });
    expect(line).not.toHaveProperty('aborted');
  });
});
