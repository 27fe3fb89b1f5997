import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

/** Whether something on this machine answers there. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Takes a port; the caller closes the server again.
 *
 * @throws {Error} with the system's code, EADDRINUSE for one that is taken
 */
export async function occupy(port: number, host: string): Promise<Server> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return server;
}

/** `wanted` if it is free on loopback, else one that is. */
export async function freePort(wanted: number): Promise<number> {
  const server = await occupy(wanted, '127.0.0.1').catch(() => occupy(0, '127.0.0.1'));
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
