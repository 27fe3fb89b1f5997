import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * Streams chunks as the body, no faster than the client takes them. A fault in mid-stream destroys the
 * socket, so that the client cannot take half a result for a whole one.
 */
export async function sendChunks(res: Response, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  // Two chunks of 64 KiB ahead of the socket; Readable's default of 16 would be a megabyte a reader.
  const body = Readable.from(chunks, { highWaterMark: 2 });
  try {
    await pipeline(body, res);
  } catch (error) {
    // The client went away: nobody is left to be told, and nothing is wrong here.
    if (!isPrematureClose(error)) throw error;
  }
}

function isPrematureClose(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || name === 'AbortError';
}
