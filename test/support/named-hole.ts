import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A proxy to Redis that can drop all bytes of named connections, which are those of services, and pass connections
 * without a name: a process cannot work although Redis is available.
 */
export async function startNamedHole(targetPort: number) {
  let dropping = false;
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    const target = connect({ port: targetPort, host: '127.0.0.1' });
    let named = false;
    client.on('data', (chunk) => {
      named ||= /\r\nsetname\r\n/i.test(chunk.toString('latin1'));
      if (!(dropping && named)) target.write(chunk);
    });
    target.on('data', (chunk) => {
      if (!(dropping && named)) client.write(chunk);
    });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        clients.delete(client);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    /** Drops the bytes of named connections from now on. */
    drop: (): void => {
      dropping = true;
    },
    /** Passes them again. */
    pass: (): void => {
      dropping = false;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const client of clients) client.destroy();
      await once(server, 'close');
    },
  };
}
