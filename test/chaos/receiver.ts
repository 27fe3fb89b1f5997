import { json } from 'node:stream/consumers';
import type { TaskSummary } from '@primes/contracts';
import { startHttpServer } from '@primes/testing';
import type { Recorder } from './recorder.ts';

export type ReceiverMode = 'accept' | 'hang' | 'reset' | 'error';

/** A receiver of webhooks. */
export async function startReceiver(recorder: Recorder) {
  let mode: ReceiverMode = 'accept';
  const server = await startHttpServer((req, res) => {
    void json(req).then(
      (body) => {
        const { request_id: id, status } = body as TaskSummary;
        recorder.record({ type: 'webhook', id, status, accepted: mode === 'accept' });
        if (mode === 'accept') res.writeHead(204).end();
        if (mode === 'error') res.writeHead(500).end();
        if (mode === 'reset') req.socket.resetAndDestroy();
      },
      // The api was stopped while it sent.
      () => undefined,
    );
  }, 'localhost');
  return {
    url: server.url,
    set: (next: ReceiverMode) => {
      mode = next;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
