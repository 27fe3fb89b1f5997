import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { eventually, startHttpServer } from '@primes/testing';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the receiver responds to a delivery; default: 204. */
export type Respond = (res: ServerResponse, received: Received) => void;
const accept: Respond = (res) => {
  res.writeHead(204).end();
};

/** A webhook receiver on localhost. */
export async function startReceiver() {
  const received: Received[] = [];
  const responses = new Map<string, Respond[]>();
  // By name, as the api connects: localhost can be an IPv4 or an IPv6 address.
  const server = await startHttpServer((req, res) => {
    void text(req).then((body) => {
      const path = req.url ?? '';
      const one = { path, headers: req.headers, body };
      received.push(one);
      (responses.get(path)?.shift() ?? accept)(res, one);
    });
  }, 'localhost');

  const at = (path: string) => received.filter((one) => one.path === path);
  return {
    port: server.port,
    url: (path: string) => `${server.url}${path}`,
    /** Sets the responses to the next deliveries to a path, in order; later ones receive 204. */
    respond(path: string, ...next: Respond[]): void {
      responses.set(path, next);
    },
    at,
    /** Waits until this many deliveries to a path have arrived. */
    async arrived(path: string, count: number): Promise<readonly Received[]> {
      return eventually(() => {
        const all = at(path);
        if (all.length < count) throw new Error(`${all.length} of ${count} deliveries to ${path}`);
        return all;
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A response with this status and these headers. */
export function status(code: number, headers: Record<string, string> = {}): Respond {
  return (res) => {
    res.writeHead(code, headers).end();
  };
}
