import autocannon from 'autocannon';

/** Connections of a small fleet of clients. */
export const CONNECTIONS = 32;

/** Tasks of a batch, and clients that submit batches at the same time. */
export const BATCH = 1_000;
export const BATCH_CONNECTIONS = 2;

/** Milliseconds for `amount` acknowledged submissions of `{"n": 1000}`. */
export function submitMany(base: string, amount: number, headers?: Record<string, string>): Promise<number> {
  return load({ url: `${base}/tasks`, body: { n: 1_000 }, connections: CONNECTIONS, amount, headers });
}

/** Milliseconds for `amount` acknowledged batches of such tasks. */
export function submitBatches(base: string, amount: number): Promise<number> {
  const body = Array.from({ length: BATCH }, () => ({ n: 1_000 }));
  return load({ url: `${base}/tasks/batch`, body, connections: BATCH_CONNECTIONS, amount });
}

interface Load {
  readonly url: string;
  readonly body: unknown;
  readonly connections: number;
  readonly amount: number;
  readonly headers?: Record<string, string> | undefined;
}

async function load({ url, body, connections, amount, headers }: Load): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const client = autocannon(
    {
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      connections,
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
  client.on('response', () => {
    last = performance.now();
  });
  const { non2xx, errors } = await promise;
  if (non2xx > 0 || errors > 0) {
    throw new Error(`${non2xx} responses of ${url} were not 2xx, ${errors} requests failed`);
  }
  return last - start;
}
