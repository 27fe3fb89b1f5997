import { Agent } from 'node:http';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi, type TestApi } from './api.ts';
import { WRITTEN, firstPrimes } from './expected.ts';

/** 17 MB of text: more than the buffers of a connection hold. */
const N = 2_000_000;
const TEXT = { accept: 'text/plain' };

/** An api with a result that is being downloaded, by a client that has stopped reading. */
async function startDownload(api: TestApi) {
  const worker = await api.start('worker');
  const id = await api.compute({ n: N });
  // What is submitted from now on stays pending.
  await worker[Symbol.asyncDispose]();
  return api.open({ path: `/tasks/${id}`, headers: TEXT });
}

describe('SIGTERM', () => {
  it('ends what waits at once, lets a download finish, and exits with 0', async () => {
    await using api = await startApi({ SHUTDOWN_LINGER_MS: '1000' });
    const download = await startDownload(api);
    const { request_id: id } = await api.submit({ n: 5 });
    const polled = api.view(id, 'wait=60');
    const events = await api.open({ path: `/tasks/${id}/events` });
    const idle = new Agent({ keepAlive: true });
    await (await api.open({ path: '/health', agent: idle })).text();

    api.process.kill('SIGTERM');
    expect(await polled).toMatchObject({ status: 'pending', result: null });
    expect(await events.text()).toMatch(/^id: pending-0\n/);
    // For a while it goes on serving, and tells everyone to go elsewhere.
    const ready = await api.send({ path: '/readyz' });
    expect(ready).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect(JSON.parse(ready.body)).toMatchObject({
      status: 'not ready',
      checks: { running: 'failing', redis: 'ok' },
    });
    expect(await api.send({ path: '/livez', agent: idle })).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
    });
    await api.submit({ n: 6 });
    expect(await api.view(id, 'wait=60')).toMatchObject({ status: 'pending' });

    // Then it accepts nothing more, and waits for the last byte.
    await eventually(() => expect(api.send({ path: '/livez' })).rejects.toThrow('ECONNREFUSED'));
    expect((await download.text()) === WRITTEN['text/plain']?.(firstPrimes(N))).toBe(true);
    expect(await api.process.exited).toBe(0);
    expect(api.process.logs.at(-1)).toMatchObject({ msg: 'stopped', exit_code: 0 });
    idle.destroy();
  }, 30_000);

  it('cuts off a download that has not ended by the deadline, and exits with 0', async () => {
    await using api = await startApi({ SHUTDOWN_DEADLINE_MS: '1500' });
    const download = await startDownload(api);
    api.process.kill('SIGTERM');
    expect(await api.process.exited).toBe(0);
    // The client must not take what it has for the whole.
    await expect(download.text()).rejects.toThrow('aborted');
  }, 30_000);

  it('with nothing to wait for exits with 0, even twice', async () => {
    await using api = await startApi();
    const idle = new Agent({ keepAlive: true });
    await (await api.open({ path: '/health', agent: idle })).text();
    api.process.kill('SIGTERM');
    api.process.kill('SIGINT');
    expect(await api.process.exited).toBe(0);
    idle.destroy();
  });
});
