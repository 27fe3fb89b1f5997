import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { startHttpServer, eventually } from '@primes/testing';
import { describe, expect, it } from '@jest/globals';
import { AddressRules, ForbiddenAddressError } from '../src/webhooks/address-rules.ts';
import { NameResolver } from '../src/webhooks/name-resolver.ts';
import { createSendWebhook } from '../src/webhooks/send.ts';

const HEADER_BYTES = 12;
const TYPE_A = 1;
const soon = (ms = 60_000) => AbortSignal.timeout(ms);

/** A name server on loopback: it returns the IPv4 addresses of a name, undefined for NXDOMAIN, or never responds. */
async function startDns(answers: 'silent' | ((name: string) => readonly string[] | undefined)) {
  const queries: string[] = [];
  const socket = createSocket('udp4', (query, from) => {
    reply(query, from);
  });
  function reply(query: Buffer, from: RemoteInfo): void {
    const labels: string[] = [];
    let at = HEADER_BYTES;
    for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const question = query.subarray(HEADER_BYTES, at + 5);
    const name = labels.join('.');
    queries.push(name);
    if (answers === 'silent') return;
    const addresses = answers(name);
    const records = query.readUInt16BE(at + 1) === TYPE_A ? (addresses ?? []) : [];
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    // A response with recursion desired and available; 3 is NXDOMAIN.
    header.writeUInt16BE(0x8180 | (addresses ? 0 : 3), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const found = records.map((address) =>
      Buffer.from([
        0xc0,
        HEADER_BYTES,
        0,
        TYPE_A,
        0,
        1,
        0,
        0,
        0,
        60,
        0,
        4,
        ...address.split('.').map(Number),
      ]),
    );
    socket.send(Buffer.concat([header, question, ...found]), from.port, from.address);
  }
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    resolver: new NameResolver([`127.0.0.1:${socket.address().port}`]),
    queries,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

describe('NameResolver', () => {
  it('returns all addresses of a name', async () => {
    await using dns = await startDns(() => ['192.0.2.1', '198.51.100.2']);
    const found = await dns.resolver.resolve('a.example', { bySystem: false, signal: soon() });
    expect(found.map(({ address }) => address).sort()).toEqual(['192.0.2.1', '198.51.100.2']);
  });

  it('asks the system for names that DNS does not know, and for allowed hosts', async () => {
    await using dns = await startDns(() => undefined);
    for (const bySystem of [false, true]) {
      const found = await dns.resolver.resolve('localhost', { bySystem, signal: soon() });
      expect(found.map(({ address }) => address)).toContain('127.0.0.1');
    }
    expect(new Set(dns.queries)).toEqual(new Set(['localhost']));
  });

  it('returns a literal address unchanged', async () => {
    await using dns = await startDns('silent');
    for (const [address, family] of [
      ['192.0.2.1', 4],
      ['2001:db8::1', 6],
    ] as const) {
      expect(await dns.resolver.resolve(address, { bySystem: false, signal: soon() })).toEqual([
        { address, family },
      ]);
    }
    expect(dns.queries).toEqual([]);
  });

  it('waits for a silent name server only until the signal, without blocking the thread pool', async () => {
    await using dns = await startDns('silent');
    const names = Array.from({ length: 50 }, (_, i) => `n${i}.example`);
    const all = Promise.allSettled(
      names.map((name) => dns.resolver.resolve(name, { bySystem: false, signal: soon(300) })),
    );
    await eventually(() => {
      expect(new Set(dns.queries).size).toBe(50);
    });
    await promisify(gzip)('the thread pool works');
    const ended = await all;
    expect(ended.map(({ status }) => status)).toEqual(names.map(() => 'rejected'));
  });

  it('sends one query for concurrent look-ups of a name', async () => {
    await using dns = await startDns(() => ['192.0.2.1']);
    await Promise.all(
      Array.from({ length: 100 }, () =>
        dns.resolver.resolve('a.example', { bySystem: false, signal: soon() }),
      ),
    );
    // One for each address family.
    expect(dns.queries).toEqual(['a.example', 'a.example']);
  });
});

describe('AddressRules', () => {
  it('excludes addresses that are not public, and rejects a name that has no others', async () => {
    await using dns = await startDns((name) =>
      name === 'mixed.example'
        ? ['10.0.0.1', '8.8.8.8', '168.63.129.16', '8.8.4.4', '127.0.0.1']
        : ['169.254.169.254', '168.63.129.16'],
    );
    const rules = new AddressRules([], dns.resolver);
    const found = await rules.addressesFor('mixed.example', soon());
    expect(found.map(({ address }) => address).sort()).toEqual(['8.8.4.4', '8.8.8.8']);
    await expect(rules.addressesFor('platform.example', soon())).rejects.toThrow(ForbiddenAddressError);
    await expect(rules.addressesFor('metadata.google.internal', soon())).rejects.toThrow(
      ForbiddenAddressError,
    );
    expect(dns.queries).not.toContain('metadata.google.internal');
  });
});

describe('send()', () => {
  const config = {
    WEBHOOK_SECRET: `whsec_${Buffer.from('a secret of this test file alone').toString('base64')}`,
    WEBHOOK_TIMEOUT_MS: 10_000,
  };
  const delivery = {
    id: 'msg',
    summary: {} as never,
    traceparent: '00-00000000000000000000000000000001-0000000000000001-00',
  };

  it('tries every address of a name', async () => {
    await using server = await startHttpServer((_req, res) => res.writeHead(204).end());
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const send = createSendWebhook({ addressesFor: () => Promise.resolve(addresses) }, config);
    const url = `http://a.example:${server.port}/`;
    expect(await send({ ...delivery, url, signal: soon() })).toMatchObject({ status: 204 });
  });

  it('includes the look-up in the timeout of a delivery', async () => {
    await using dns = await startDns('silent');
    const rules = new AddressRules([], dns.resolver);
    const send = createSendWebhook(rules, { ...config, WEBHOOK_TIMEOUT_MS: 200 });
    await expect(send({ ...delivery, url: 'http://a.example/', signal: soon() })).rejects.toThrow(/timeout/);
  });
});
