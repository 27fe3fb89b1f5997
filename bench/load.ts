import autocannon from 'autocannon';

/** As many as a small fleet of clients. */
export const CONNECTIONS = 32;

/** Milliseconds that `amount` submissions of `{"n": 1000}` take; each is acknowledged. */
export async function submitMany(base: string, amount: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const load = autocannon(
    {
      url: `${base}/tasks`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ n: 1_000 }),
      connections: CONNECTIONS,
      amount,
    },
    (error: unknown, result) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    },
  );
  // Its own watch goes by whole seconds.
  const start = performance.now();
  let last = start;
  load.on('response', () => {
    last = performance.now();
  });
  const { non2xx, errors } = await promise;
  if (non2xx > 0 || errors > 0) {
    throw new Error(`${non2xx} answers of ${base} were refusals, ${errors} requests failed`);
  }
  return last - start;
}
