import type { Response } from 'express';
import type { Chunks } from './formats.ts';

/**
 * Streams chunks as the body, no faster than the client takes them: each is with the kernel before the next is asked
 * for, so that its memory can be used again. A fault in mid-stream destroys the socket, so that the client cannot
 * take half a result for a whole one.
 */
export async function sendChunks(res: Response, chunks: Chunks): Promise<void> {
  try {
    for await (const chunk of chunks) {
      // The client went away: nobody is left to be told, and nothing is wrong here.
      if (res.destroyed) return;
      await written(res, chunk);
    }
    res.end();
  } catch (error) {
    res.destroy();
    if (!isAbort(error)) throw error;
  }
}

/** Resolves once the kernel has all of the chunk, or the client is gone. */
function written(res: Response, chunk: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const done = () => {
    res.off('close', done);
    resolve(undefined);
  };
  res.once('close', done);
  res.write(chunk, done);
  return promise;
}

function isAbort(error: unknown): boolean {
  return (error as Error).name === 'AbortError';
}
