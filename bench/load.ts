import autocannon from 'autocannon';

/** As many as a small fleet of clients. */
export const CONNECTIONS = 32;

/** Milliseconds that `amount` submissions of `{"n": 1000}` take; each is acknowledged. */
export async function submitMany(base: string, amount: number): Promise<number> {
  const result = await autocannon({
    url: `${base}/tasks`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ n: 1_000 }),
    connections: CONNECTIONS,
    amount,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers of ${base} were refusals, ${result.errors} requests failed`);
  }
  return result.duration * 1_000;
}
