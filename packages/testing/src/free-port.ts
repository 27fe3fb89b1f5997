import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** A TCP port on loopback that was free a moment ago: `preferred` if possible. */
export async function freePort(preferred = 0): Promise<number> {
  const server = await occupy(preferred, '127.0.0.1').catch(() => occupy(0, '127.0.0.1'));
  const { port } = server.address() as AddressInfo;
  await server[Symbol.asyncDispose]();
  return port;
}

/**
 * Listens on a port; the caller closes the server.
 *
 * @throws {Error} with the system's error code: EADDRINUSE if the port is in use
 */
export async function occupy(port: number, host: string): Promise<Server> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return server;
}
