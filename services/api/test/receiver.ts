import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually } from '@primes/testing';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver does with a delivery; by default it thanks. */
export type Answer = (res: ServerResponse, received: Received) => void;
const thanks: Answer = (res) => {
  res.writeHead(204).end();
};

/** A real receiver of webhooks at localhost. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers = new Map<string, Answer[]>();
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const path = req.url ?? '';
      const one = { path, headers: req.headers, body };
      received.push(one);
      (answers.get(path)?.shift() ?? thanks)(res, one);
    });
  });
  // As the api will: by the name, whichever of its addresses comes first.
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const at = (path: string) => received.filter((one) => one.path === path);
  return {
    port,
    url: (path: string) => `http://localhost:${port}${path}`,
    /** How the next deliveries to a path are answered, one after the other; later ones are thanked for. */
    answer(path: string, ...next: Answer[]): void {
      answers.set(path, next);
    },
    at,
    /** Until as many deliveries have come to a path. */
    async arrived(path: string, count: number): Promise<readonly Received[]> {
      return eventually(
        () => {
          const all = at(path);
          if (all.length < count) throw new Error(`${all.length} of ${count} deliveries to ${path}`);
          return all;
        },
        { timeoutMs: 10_000 },
      );
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with this status, and perhaps headers. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (res) => {
    res.writeHead(code, headers).end();
  };
}
