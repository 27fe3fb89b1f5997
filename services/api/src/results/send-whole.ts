import type { ResultChunks } from '@primes/contracts';
import type { Response } from 'express';

/** Sends chunks as one body with its length. HTTP/1.0 has no chunked encoding, so a truncated stream would look complete. */
export async function sendWhole(res: Response, chunks: ResultChunks): Promise<void> {
  const body: Buffer[] = [];
  // Copies, because the memory of a chunk may be reused.
  for await (const chunk of chunks) body.push(Buffer.from(chunk));
  res.send(Buffer.concat(body));
}
