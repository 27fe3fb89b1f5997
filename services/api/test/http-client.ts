import { once } from 'node:events';
import { request, type Agent, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ECHO_CONTRACT, type ReceivedResponse, type Contract } from './conformance.ts';

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

/** A response whose body is not yet read. */
export interface OpenResponse {
  readonly message: IncomingMessage;
  /** The rest of the body; rejects if it is cut off. */
  readonly text: () => Promise<string>;
  /** Disconnects without reading the rest. */
  readonly disconnect: () => void;
}

/** Sends a request unchanged, and returns the response after its headers are checked. */
export async function open(
  url: string,
  sent: Sent,
  { checkResponse }: Contract = ECHO_CONTRACT,
): Promise<OpenResponse> {
  const { method = 'GET', path, headers = {}, body, agent } = sent;
  const { hostname, port } = new URL(url);
  // By default its own connection, so that none stays open after a test.
  // Node omits the length for methods that usually have no body, and the body would become the next request.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = { hostname, port, method, path, headers: { ...headers, ...length } };
  const outgoing = request({ ...options, agent: agent ?? false });
  outgoing.end(body);
  const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
  const seen = { method, path, status: message.statusCode ?? 0, headers: message.headers };
  checkResponse({ ...seen, body: undefined });
  return {
    message,
    text: async () => {
      const body = await text(message);
      checkResponse({ ...seen, body });
      return body;
    },
    disconnect: () => {
      message.destroy();
    },
  };
}

/** Sends a request unchanged, and reads the whole response. */
export async function send(
  url: string,
  sent: Sent,
  contract?: Contract,
): Promise<ReceivedResponse & { readonly body: string }> {
  const response = await open(url, sent, contract);
  const { statusCode = 0, headers } = response.message;
  return {
    method: sent.method ?? 'GET',
    path: sent.path,
    status: statusCode,
    headers,
    body: await response.text(),
  };
}

/** Sends these bytes, and returns all received bytes once the server closes the connection. */
export async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}
