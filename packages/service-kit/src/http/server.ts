import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseUnreadable } from './client-error.ts';
import { setTimeout as delay } from 'node:timers/promises';

export interface HttpServer {
  readonly port: number;
  /**
   * Goes on accepting for `lingerMs` (a load balancer may not know yet) with `Connection: close`,
   * then waits until `deadlineMs` for the running answers and cuts off the rest.
   */
  close(options: { lingerMs: number; deadlineMs: number }): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** What to set where the port is in use. */
  readonly variable: string;
}

/**
 * Listens, and resolves once it does.
 *
 * @throws {Error} one line that names the variable to change when the port is in use
 */
export async function listen(
  handler: RequestListener,
  { host, port, variable }: ListenOptions,
): Promise<HttpServer> {
  let stopping = false;
  const answer: RequestListener = (req, res) => {
    if (stopping) res.setHeader('Connection', 'close');
    handler(req, res);
  };
  const server = createServer(answer);
  // An Expect that it does not know Node would answer by itself, without our headers and body.
  server.on('checkExpectation', answer);
  server.on('clientError', refuseUnreadable);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new Error(explain(error as NodeJS.ErrnoException, port, variable), { cause: error });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close({ lingerMs, deadlineMs }) {
      stopping = true;
      await delay(lingerMs);
      await end(server, deadlineMs);
    },
  };
}

function explain(error: NodeJS.ErrnoException, port: number, variable: string): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is in use: stop what listens there, or set ${variable}`;
  return `Port ${port} cannot be opened: ${error.message}`;
}

async function end(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearTimeout(cut);
}
