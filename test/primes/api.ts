import { primes, TaskViewSchema, type TaskView } from '@primes/primes';
import { resultReader } from '@primes/primes/result';
import { openApiDocument } from '../../services/api/src/openapi.ts';
import { startApi } from '../../services/api/test/api.ts';
import { contractOf } from '../../services/api/test/conformance.ts';

export const DOCUMENT = openApiDocument(primes, {
  formats: resultReader.formats,
  config: { MAX_N: 100_000_000 },
});
const PRIMES = { type: primes, contract: contractOf(DOCUMENT) };

/** An api that serves primes. */
export async function startPrimesApi(env: Record<string, string> = {}) {
  const api = await startApi(env, PRIMES);
  return {
    ...api,
    view: async (id: string, query?: string): Promise<TaskView> =>
      TaskViewSchema.parse(await api.view(id, query)),
  };
}
