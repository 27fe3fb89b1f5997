import { createClient } from '@primes/client';
import { describe, expect, it } from '@jest/globals';
import { startPrimesApi } from './api.ts';
import { setUp } from '../../services/api/test/set-up.ts';

const api = await setUp(async (keep) => {
  const started = keep(await startPrimesApi());
  await started.start('worker');
  return started;
});

describe('the client', () => {
  it('reads a result by pages', async () => {
    const client = createClient({ baseUrl: api.url });
    const { request_id: id } = await client.submit({ n: 25 }).wait();
    const pages = await Array.fromAsync(client.resultPages(id, { offset: 5, limit: 10 }));
    expect(pages.map(({ length }) => length)).toEqual([10, 10]);
    expect(pages.flat().at(0)).toBe(13);
    expect(pages.flat().at(-1)).toBe(97);
  });
});
