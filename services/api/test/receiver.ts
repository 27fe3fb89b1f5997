import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { eventually, startHttpServer } from '@primes/testing';

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
  // As the api will: by the name, whichever of its addresses comes first.
  const server = await startHttpServer((req, res) => {
    void text(req).then((body) => {
      const path = req.url ?? '';
      const one = { path, headers: req.headers, body };
      received.push(one);
      (answers.get(path)?.shift() ?? thanks)(res, one);
    });
  }, 'localhost');

  const at = (path: string) => received.filter((one) => one.path === path);
  return {
    port: server.port,
    url: (path: string) => `${server.url}${path}`,
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
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** An answer with this status, and perhaps headers. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (res) => {
    res.writeHead(code, headers).end();
  };
}
