import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually, startTcpProxy } from '@primes/testing';

/** Echoes the received data with its name in front. */
async function startEcho(name: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (data) => socket.write(`${name}:${data.toString()}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function dial(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  let received = '';
  socket.on('data', (data) => (received += data.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([closed, new Promise((resolve) => socket.once('connect', resolve))]);
  return {
    socket,
    closed,
    send: (text: string) => socket.write(text),
    received: (text: string) =>
      eventually(() => {
        expect(received).toBe(text);
      }),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

describe('startTcpProxy()', () => {
  it('forwards both ways, and closes one side with the other', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    client.send('1');
    await client.received('a:1');
    expect([proxy.accepted, proxy.open]).toEqual([1, 1]);
    for (const socket of echo.sockets) socket.end();
    await client.closed;
    expect(proxy.open).toBe(0);
  });

  it('one-way: requests arrive, and a socket that lost a response receives no more', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    const requests: string[] = [];
    client.send('1');
    await client.received('a:1');
    for (const socket of echo.sockets) socket.on('data', (data) => requests.push(data.toString()));
    proxy.set('one-way');
    client.send('2');
    await eventually(() => {
      expect(requests).toEqual(['2']);
    });
    proxy.set('pass');
    client.send('3');
    await eventually(() => {
      expect(requests).toEqual(['2', '3']);
    });
    using other = await dial(proxy.port);
    other.send('4');
    await other.received('a:4');
    await client.received('a:1');
  });

  it('tear: half of a response arrives, then the socket is reset', async () => {
    await using echo = await startEcho('abcd');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    proxy.set('tear');
    client.send('1');
    await client.closed;
    await client.received('abc');
    proxy.set('pass');
    using other = await dial(proxy.port);
    other.send('2');
    await other.received('abcd:2');
  });

  it('hole: sockets that lost a byte stay silent, the others pass afterwards', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using sender = await dial(proxy.port);
    using idle = await dial(proxy.port);
    proxy.set('hole');
    sender.send('1');
    using newer = await dial(proxy.port);
    newer.send('1');
    // The bytes of other sockets that arrive later show that these had enough time.
    await eventually(() => {
      expect(sender.socket.bytesWritten + newer.socket.bytesWritten).toBe(2);
    });
    using newest = await dial(proxy.port);
    proxy.set('pass');
    sender.send('2');
    idle.send('2');
    newest.send('2');
    await idle.received('a:2');
    await newest.received('a:2');
    await sender.received('');
    expect(sender.socket.destroyed).toBe(false);
  });

  it('stale: existing sockets stay silent, new ones pass', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using old = await dial(proxy.port);
    proxy.stale();
    old.send('1');
    using newer = await dial(proxy.port);
    newer.send('1');
    await newer.received('a:1');
    await old.received('');
    expect([proxy.open, proxy.silent]).toEqual([2, 1]);
  });

  it('hold: buffered bytes arrive afterwards, in order', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using old = await dial(proxy.port);
    proxy.set('hold');
    old.send('1');
    using newer = await dial(proxy.port);
    newer.send('1');
    // After two round trips without the proxy, a proxy that does not buffer has forwarded the bytes.
    using direct = await dial(echo.port);
    direct.send('1');
    await direct.received('a:1');
    direct.send('2');
    await direct.received('a:1a:2');
    await old.received('');
    await newer.received('');
    proxy.set('pass');
    await old.received('a:1');
    await newer.received('a:1');
  });

  it('holdFrom: forwards until the text arrives, then buffers', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    const held = proxy.holdFrom('2');
    client.send('1');
    await client.received('a:1');
    client.send('2');
    await held;
    await client.received('a:1');
    proxy.set('pass');
    await client.received('a:1a:2');
  });

  it('slow: forwards everything in chunks, in order', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    proxy.set('slow', { delayMs: 100, chunkBytes: 1 });
    client.send('1');
    await client.received('a:1');
    client.send('23');
    await client.received('a:1a:2a:3');
    proxy.set('pass');
    client.send('4');
    await client.received('a:1a:2a:3a:4');
  });

  it('cut: resets all sockets, refuses new ones and counts them', async () => {
    await using echo = await startEcho('a');
    await using proxy = await startTcpProxy(echo.port);
    using client = await dial(proxy.port);
    proxy.set('cut');
    await client.closed;
    using refused = await dial(proxy.port);
    await refused.closed;
    expect([proxy.accepted, proxy.open]).toEqual([2, 0]);
    proxy.set('pass');
    using newer = await dial(proxy.port);
    newer.send('1');
    await newer.received('a:1');
  });

  it('moveTo(): new connections use the new port, existing ones stay', async () => {
    await using echo = await startEcho('a');
    await using other = await startEcho('b');
    await using proxy = await startTcpProxy(echo.port);
    using old = await dial(proxy.port);
    old.send('1');
    await old.received('a:1');
    proxy.moveTo(other.port);
    using newer = await dial(proxy.port);
    newer.send('1');
    await newer.received('b:1');
    old.send('2');
    await old.received('a:1a:2');
  });
});
