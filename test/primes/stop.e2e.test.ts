import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startPrimesApi } from './api.ts';
import { WRITTEN, firstPrimes } from './expected.ts';

/** 17 MB of text: more than the buffers of a connection hold. */
const N = 2_000_000;

/** Starts a download whose client reads nothing yet. */
async function startDownload(api: Awaited<ReturnType<typeof startPrimesApi>>) {
  await api.start('worker');
  const id = await api.compute({ n: N });
  return api.open({ path: `/tasks/${id}`, headers: { accept: 'text/plain' } });
}

describe('SIGTERM during a download', () => {
  it('completes it, and the api exits with 0', async () => {
    await using api = await startPrimesApi({ SHUTDOWN_LINGER_MS: '1000' });
    const download = await startDownload(api);
    api.process.kill('SIGTERM');
    // The api accepts no new connections and waits for the last byte.
    await eventually(() => expect(api.send({ path: '/livez' })).rejects.toThrow('ECONNREFUSED'));
    expect((await download.text()) === WRITTEN['text/plain']?.(firstPrimes(N))).toBe(true);
    expect(await api.process.exited).toBe(0);
    expect(api.process.logs.at(-1)).toMatchObject({ msg: 'stopped', exit_code: 0 });
  });

  it('aborts it at the deadline, and the api exits with 0', async () => {
    await using api = await startPrimesApi({ SHUTDOWN_DEADLINE_MS: '1500' });
    const download = await startDownload(api);
    api.process.kill('SIGTERM');
    expect(await api.process.exited).toBe(0);
    // The client must be able to detect the truncation.
    await expect(download.text()).rejects.toThrow('aborted');
  });
});
