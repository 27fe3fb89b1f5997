import { once } from 'node:events';
import { request, type Agent, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { checkAnswer, type Answer } from './conformance.ts';

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

/** An answer whose body is still to be read. */
export interface OpenAnswer {
  readonly message: IncomingMessage;
  /** The rest of the body; rejects if it is cut off. */
  readonly text: () => Promise<string>;
  /** Goes away without the rest. */
  readonly leave: () => void;
}

/** Sends a request exactly as it is told, and gives the answer as soon as its head is there, checked so far. */
export async function open(url: string, sent: Sent): Promise<OpenAnswer> {
  const { method = 'GET', path, headers = {}, body, agent } = sent;
  const { hostname, port } = new URL(url);
  // A connection of its own unless told otherwise: nothing is left open behind a test.
  // Node leaves the length out for methods that have no body as a rule, and the body would be the next request.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = { hostname, port, method, path, headers: { ...headers, ...length } };
  const outgoing = request({ ...options, agent: agent ?? false });
  outgoing.end(body);
  const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
  const seen = { method, path, status: message.statusCode ?? 0, headers: message.headers };
  checkAnswer({ ...seen, body: undefined });
  return {
    message,
    text: async () => {
      const body = await text(message);
      checkAnswer({ ...seen, body });
      return body;
    },
    leave: () => {
      message.destroy();
    },
  };
}

/** Sends a request exactly as it is told, and reads the whole answer. */
export async function send(url: string, sent: Sent): Promise<Answer & { readonly body: string }> {
  const answer = await open(url, sent);
  const { statusCode = 0, headers } = answer.message;
  return {
    method: sent.method ?? 'GET',
    path: sent.path,
    status: statusCode,
    headers,
    body: await answer.text(),
  };
}

/** Sends these bytes, and gives all that comes back until the server ends the connection. */
export async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}
