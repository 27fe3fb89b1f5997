import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { ProblemSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { handWorker } from './hand-worker.ts';
import { startReceiver } from './receiver.ts';
import { setUp } from './set-up.ts';

const api = await setUp(async (keep) => keep(await startApi({ WEBHOOK_BACKOFF_MS: '5' })));

describe('callback_url', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.255.255.254/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://0.0.0.0/',
    'http://0/',
    'http://10.0.0.1:8080/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://192.0.2.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://localhost/',
    'http://LOCALHOST:1/',
    'http://localhost./',
    'http://a.localhost/',
    'http://user@a.example/',
    'http://user:password@a.example/',
  ])('%s is refused at the submission', async (url) => {
    const answer = await api.http('post', '/tasks').send({ n: 1, callback_url: url }).expect(422);
    expect(ProblemSchema.parse(answer.body).errors).toMatchObject([{ field: 'callback_url' }]);
    expect(answer.text).not.toContain('password');
  });

  it.each([
    'https://a.example/',
    'http://8.8.8.8:81/x?y=z',
    'https://[2606:4700::1111]/',
    'http://a.example:8080/',
  ])('%s is taken', async (url) => {
    const { request_id: id } = await api.submit({ n: 1, callback_url: url });
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    // Nobody is to be called by this test.
    await api.webhooks.remove(submission);
  });

  it('a name that resolves to a forbidden address is found out at delivery, and dead at once', async () => {
    await using receiver = await startReceiver();
    await using worker = await handWorker(api);
    const name = await forbiddenName();
    const callback_url = `http://${name}:${receiver.port}/inside`;
    const { request_id: id } = await api.submit({ n: 5, callback_url });
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    await (await worker.take()).complete();
    await eventually(async () => {
      expect(await api.webhooks.getJob(submission)).toMatchObject({
        attemptsMade: 1,
        finishedOn: expect.any(Number),
        failedReason: expect.stringContaining('has no public address'),
      });
    });
    expect(receiver.at('/inside')).toHaveLength(0);
    expect(await api.view(id)).toMatchObject({ status: 'done' });
  });
});

/** A name of this machine that is no word for loopback, and yet leads to it or to a private address. */
async function forbiddenName(): Promise<string> {
  for (const name of [hostname(), 'ip6-localhost', 'localhost.localdomain']) {
    const found = await lookup(name).catch(() => undefined);
    if (found && /^(127\.|10\.|192\.168\.|172\.|::1|f[cde])/.test(found.address)) return name;
  }
  throw new Error('This machine has no name besides localhost that leads to itself');
}
