import { NTH_PRIME } from '../../packages/sieve/test/known-primes.ts';
import { eventually } from '@primes/testing';
import { apply, kubectl } from './kubectl.ts';
import { podOfProgram } from './pods.ts';
import type { ClusterSystem } from './system.ts';

const NAME = 'clients';
/** Number of requests at a time when all tasks are read again. */
const READERS = 8;

/** The body of a submission, and the last prime of its result. */
interface Input {
  readonly body: { readonly n: number };
  readonly last: number | undefined;
}

/** A task that a client has submitted and followed to its result. Times are in milliseconds since the epoch. */
export interface Turn {
  readonly at: number;
  readonly task: string;
  readonly n: number;
  /** Whether it has a `callback_url`. */
  readonly webhook: boolean;
  readonly accepted: number;
  readonly status: string;
  /** Whether the last prime of the result is right. */
  readonly right: boolean;
  /** Whether the repetition of an earlier submission returned the earlier task. */
  readonly replayed: boolean;
  /** The version of an api that answered in this turn. */
  readonly version: string;
}

/** A request that did not succeed, and was repeated. */
export interface Failure {
  readonly at: number;
  readonly request: string;
  readonly sent: number;
  readonly status?: number;
  readonly type?: string;
  readonly retryAfter?: string | null;
  /** Instead of a response. */
  readonly error?: string;
}

/**
 * Starts clients in a pod that is not part of the release, so that no drain or rollout removes them. They submit these
 * bodies in turn.
 */
export async function startClients(bodies: readonly Input['body'][]) {
  const inputs: Input[] = bodies.map((body) => ({ body, last: NTH_PRIME.get(body.n) }));
  const pod = await podOfProgram({
    name: NAME,
    labels: { 'primes-client': 'true' },
    env: [
      { name: 'API_URL', value: 'http://primes-api:8000' },
      { name: 'INPUTS', value: JSON.stringify(inputs) },
    ],
  });
  const remove = () => kubectl(['delete', 'pod', NAME, '--ignore-not-found', '--grace-period=1']);
  await remove();
  await apply({ apiVersion: 'v1', kind: 'Pod', ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } });
  await kubectl(['wait', `pod/${NAME}`, '--for=condition=Ready', '--timeout=60s'], { timeoutMs: 70_000 });

  async function report() {
    const lines = (await kubectl(['logs', NAME])).split('\n').filter(Boolean);
    const all = lines.map((line) => JSON.parse(line) as Turn | Failure);
    return {
      turns: all.filter((line) => 'task' in line),
      failures: all.filter((line) => 'request' in line),
    };
  }
  const clients = {
    report,
    /** Waits until this many tasks were both accepted and done after `since`. */
    async turns(count: number, since = Date.now()): Promise<void> {
      await eventually(
        async () => {
          const { turns, failures } = await report();
          const done = turns.filter(({ accepted }) => accepted > since);
          if (done.length < count)
            throw new Error(`${done.length} tasks; last failure: ${JSON.stringify(failures.at(-1))}`);
        },
        { timeoutMs: 180_000, intervalMs: 1_000 },
      );
    },
    [Symbol.asyncDispose]: async () => {
      await remove();
    },
  };
  return clients;
}
export type Clients = Awaited<ReturnType<typeof startClients>>;

/** What is wrong with these tasks: for their clients, or for another client that reads them now. */
export async function problemsOf(turns: readonly Turn[], system: ClusterSystem): Promise<string[]> {
  const problems = turns
    .filter(({ status, right, replayed }) => status !== 'done' || !right || !replayed)
    .map((turn) => JSON.stringify(turn));
  const left = [...turns];
  async function read(): Promise<void> {
    for (let turn = left.pop(); turn; turn = left.pop()) {
      const { task, n } = turn;
      const { status, result } = await eventually(() => system.view(task, `offset=${n - 1}&limit=1`), {
        timeoutMs: 60_000,
        intervalMs: 500,
      });
      if (status !== 'done' || result?.[0] !== NTH_PRIME.get(n))
        problems.push(`${task}: ${status}, ${String(result)} for ${n}`);
    }
  }
  await Promise.all(Array.from({ length: READERS }, read));
  return problems;
}

/** What a client sees of an outage in which requests are rejected but none gets lost. */
export function isRejection({ status, retryAfter }: Pick<Failure, 'status' | 'retryAfter'>): boolean {
  return status === 503 && Number(retryAfter) > 0;
}

/** The time from the first to the last rejected request, and their number. */
export function outageOf(failures: readonly Failure[]): { readonly ms: number; readonly requests: number } {
  const times = failures.map(({ at }) => at);
  return { ms: times.length === 0 ? 0 : Math.max(...times) - Math.min(...times), requests: times.length };
}
