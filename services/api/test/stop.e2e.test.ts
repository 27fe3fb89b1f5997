import { Agent } from 'node:http';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';

describe('SIGTERM', () => {
  it('ends long-polls and streams at once, serves for the linger time, and exits with 0', async () => {
    // Long enough for the requests below on a busy machine.
    await using api = await startApi({ SHUTDOWN_LINGER_MS: '5000' });
    const { request_id: id } = await api.submit({ text: 'a' });
    const polled = api.view(id, 'wait=60');
    const events = await api.open({ path: `/tasks/${id}/events` });
    const idle = new Agent({ keepAlive: true });
    await (await api.open({ path: '/health', agent: idle })).text();

    api.process.kill('SIGTERM');
    expect(await polled).toMatchObject({ status: 'pending', result: null });
    expect(await events.text()).toMatch(/^id: pending-0\n/);
    // During the linger time it serves requests and reports that it is not ready.
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
    await api.submit({ text: 'b' });
    expect(await api.view(id, 'wait=60')).toMatchObject({ status: 'pending' });

    await eventually(() => expect(api.send({ path: '/livez' })).rejects.toThrow('ECONNREFUSED'));
    expect(await api.process.exited).toBe(0);
    expect(api.process.logs.at(-1)).toMatchObject({ msg: 'stopped', exit_code: 0 });
    idle.destroy();
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'closes idle connections and exits with 0, even after a second signal: %s',
    async (signal) => {
      await using api = await startApi();
      const idle = new Agent({ keepAlive: true });
      await (await api.open({ path: '/health', agent: idle })).text();
      api.process.kill(signal);
      api.process.kill('SIGINT');
      expect(await api.process.exited).toBe(0);
      idle.destroy();
    },
  );
});
