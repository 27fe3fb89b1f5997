import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommonConfig } from '../common-config.ts';
import { handleClientError } from './client-error.ts';

/** Client timeouts in milliseconds. Node's defaults are 60 s, 300 s and 30 s. */
const LIMITS = {
  /** For the headers, including a new connection that sends nothing. */
  headersTimeout: 20_000,
  /** For the whole request; a body has at most 64 KiB. */
  requestTimeout: 60_000,
  connectionsCheckingInterval: 10_000,
};
/** Milliseconds without a byte in either direction while a response is due. Long-polls and heartbeats need less. */
const SOCKET_TIMEOUT_MS = 120_000;
/** Milliseconds between two checks for idle connections during shutdown. */
const IDLE_CHECK_MS = 100;

export interface HttpServer {
  readonly port: number;
  /**
   * Accepts requests for another `lingerMs`, until load balancers know, with `Connection: close`. Then waits at most
   * `deadlineMs` for pending responses, and closes the remaining connections.
   */
  close(options: { lingerMs: number; deadlineMs: number }): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** The environment variable of the port. */
  readonly variable: string;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeoutMs: number;
}

/** The listen options of a service; `variable` is the environment variable of its port. */
export function listenOptions<V extends string>(
  config: Pick<CommonConfig, 'HOST' | 'HTTP_KEEP_ALIVE_TIMEOUT_MS'> & Readonly<Record<V, number>>,
  variable: V,
): ListenOptions {
  const { HOST: host, HTTP_KEEP_ALIVE_TIMEOUT_MS: keepAliveTimeoutMs } = config;
  return { host, port: config[variable], variable, keepAliveTimeoutMs };
}

/**
 * Starts a server; resolves once it listens.
 *
 * @throws {Error} one line with the variable to change, if the address is not available
 */
export async function listen(
  handler: RequestListener,
  { host, port, variable, keepAliveTimeoutMs }: ListenOptions,
): Promise<HttpServer> {
  let stopping = false;
  const respond: RequestListener = (req, res) => {
    if (stopping) res.setHeader('Connection', 'close');
    handler(req, res);
  };
  const server = createServer({ ...LIMITS, keepAliveTimeout: keepAliveTimeoutMs }, respond);
  server.setTimeout(SOCKET_TIMEOUT_MS);
  // Otherwise Node would answer an unknown Expect header itself, without our headers and body.
  server.on('checkExpectation', respond);
  server.on('clientError', handleClientError);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(error as Error, { host, port, variable });
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

/** One line for the operator. The error code is read from the message, because a gRPC server reports only that. */
export function cannotListen(
  cause: Error,
  { host, port, variable }: Pick<ListenOptions, 'host' | 'port' | 'variable'>,
): Error {
  const { message } = cause;
  if (message.includes('EADDRINUSE'))
    return new Error(`Port ${port} is in use: stop the other process, or set ${variable}`, { cause });
  if (message.includes('EACCES'))
    return new Error(`Port ${port} cannot be opened: ${message}; set ${variable}`, { cause });
  return new Error(`Cannot listen on ${host}: ${message}; set HOST to an address of this machine`, { cause });
}

async function end(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection whose last response ends only now would stay open for the keep-alive timeout.
  const idleCheck = setInterval(() => {
    server.closeIdleConnections();
  }, IDLE_CHECK_MS);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearInterval(idleCheck);
  clearTimeout(deadline);
}
