import type { Response } from 'express';
import { PacedWriter } from '../streams/paced-writer.ts';
import type { ResultChunks } from '@primes/contracts';

/**
 * Streams chunks as the body, no faster than the client reads them: each chunk is in the kernel before the next one is
 * requested, so its memory can be reused. An error destroys the socket, so that the client cannot mistake a partial
 * result for a complete one; so does a chunk that the client does not read within `stallMs`.
 */
export async function sendChunks(res: Response, chunks: ResultChunks, stallMs: number): Promise<void> {
  const writer = new PacedWriter(res, stallMs);
  try {
    for await (const chunk of chunks) {
      // The client has disconnected, which is no error.
      if (res.destroyed) return;
      await writer.write(chunk);
    }
    res.end();
  } catch (error) {
    res.destroy();
    if (!isAbort(error)) throw error;
  } finally {
    writer.close();
  }
}

function isAbort(error: unknown): boolean {
  return (error as Error).name === 'AbortError';
}
