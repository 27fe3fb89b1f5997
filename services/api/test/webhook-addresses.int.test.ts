import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { ProblemSchema } from '@primes/contracts';
import { eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { startApi } from './api.ts';
import { manualWorker } from './manual-worker.ts';
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
    // Services of clouds for their machines.
    'http://168.63.129.16/machine?comp=goalstate',
    'http://[::ffff:168.63.129.16]/',
    'http://169.254.170.2/v2/credentials',
    'http://100.100.100.200/latest/meta-data/',
    'http://192.0.0.192/latest/',
    'http://199.36.153.4/',
    'http://199.36.153.11/',
    'http://161.26.0.10/',
    'http://166.11.255.255/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[fd20:ce::254]/',
    'http://[2600:2d00:2:1000::1]/',
    'http://[fe80::a9fe:a9fe]/',
    // IPv4 inside IPv6: NAT64, 6to4, Teredo, translated, compatible.
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[64:ff9b:1::a00:1]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[::10.0.0.1]/',
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://kubernetes.default.svc/',
    'http://redis.primes.svc.cluster.local.:6379/',
    'http://printer.local/',
    'http://[2001:db8::1]/',
    'http://localhost/',
    'http://LOCALHOST:1/',
    'http://localhost./',
    'http://a.localhost/',
    'http://user@a.example/',
    'http://user:password@a.example/',
  ])('%s is rejected at submission', async (url) => {
    const response = await api.http('post', '/tasks').send({ text: 'a', callback_url: url }).expect(422);
    expect(ProblemSchema.parse(response.body).errors).toMatchObject([{ field: 'callback_url' }]);
    expect(response.text).not.toContain('password');
  });

  it.each([
    'https://a.example/',
    'http://8.8.8.8:81/x?y=z',
    'https://[2606:4700::1111]/',
    'http://a.example:8080/',
    'http://168.63.129.17/',
    'http://166.12.0.1/',
    'http://svc.example/',
    'http://internal.example/',
  ])('%s is accepted', async (url) => {
    const { request_id: id } = await api.submit({ text: 'a', callback_url: url });
    const { submission } = (await api.tasks.getJob(id))?.data as { submission: string };
    // Nothing must be called by this test.
    await api.webhooks.remove(submission);
  });

  it('a name that resolves to a forbidden address fails at delivery, without retries', async () => {
    await using receiver = await startReceiver();
    await using worker = await manualWorker(api);
    const name = await forbiddenName();
    const callback_url = `http://${name}:${receiver.port}/inside`;
    const { request_id: id } = await api.submit({ text: 'a', callback_url });
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

/** A name of this machine that resolves to a loopback or private address, but is not an alias of localhost. */
async function forbiddenName(): Promise<string> {
  for (const name of [hostname(), 'ip6-localhost', 'localhost.localdomain']) {
    const found = await lookup(name).catch(() => undefined);
    if (found && /^(127\.|10\.|192\.168\.|172\.|::1|f[cde])/.test(found.address)) return name;
  }
  throw new Error('No name other than localhost resolves to this machine');
}
