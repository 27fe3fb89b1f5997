import autocannon from 'autocannon';

/** Connections of a small fleet of clients. */
export const CONNECTIONS = 32;

/** Milliseconds for `amount` acknowledged submissions of `{"n": 1000}`. */
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
  // autocannon's own clock has a resolution of one second.
  const start = performance.now();
  let last = start;
  load.on('response', () => {
    last = performance.now();
  });
  const { non2xx, errors } = await promise;
  if (non2xx > 0 || errors > 0) {
    throw new Error(`${non2xx} responses of ${base} were not 2xx, ${errors} requests failed`);
  }
  return last - start;
}
