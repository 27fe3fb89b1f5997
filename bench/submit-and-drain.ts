import { primes } from '@primes/primes';
import { eventually } from '@primes/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startBare } from './bare-pair.ts';
import { BATCH, BATCH_CONNECTIONS, CONNECTIONS, submitBatches, submitMany } from './load.ts';
import { atLeast, perSecond, times, type Row } from './row.ts';
import { interleaved, median, medianRatio, repeat, timed, valuesOf } from './statistics.ts';
import { QUEUE_PREFIX, type System } from './system.ts';

export const SUBMISSIONS = 5_000;
const ROUNDS = 5;

/** Milliseconds to submit SUBMISSIONS cached tasks, and to drain them with one worker. */
export interface SubmitAndDrain {
  readonly submit: number;
  readonly drain: number;
}

interface Side {
  readonly queue: string;
  readonly prefix: string;
  readonly api: string;
  readonly startWorker: () => Promise<AsyncDisposable>;
}

/** Compares with a bare pair, in turn, with workers of the same concurrency. */
export async function* submitAndDrainRows(system: System): AsyncGenerator<Row> {
  yield* batchRow(system);
  await using bareApi = await startBare('api', system.redis.url);
  const ours = sideOf(system);
  const bare = {
    queue: 'bare',
    prefix: 'bull',
    api: bareApi.url,
    startWorker: () => startBare('worker', system.redis.url),
  };
  const [ourRounds, bareRounds] = await interleaved(
    ROUNDS,
    () => measure(system, ours),
    () => measure(system, bare),
  );
  for (const { key, what, least } of [
    { key: 'submit', what: `POST /tasks, ${CONNECTIONS} connections`, least: 1 },
    { key: 'drain', what: 'cached tasks drained by one worker', least: 0.9 },
  ] as const) {
    const our = valuesOf(ourRounds, key);
    const their = valuesOf(bareRounds, key);
    const ratio = medianRatio(their, our);
    yield {
      what: `${what}, against a bare Express + BullMQ pair`,
      measured: `${times(ratio)} (${perSecond(SUBMISSIONS, median(our))} and ${perSecond(SUBMISSIONS, median(their))})`,
      bar: atLeast(ratio, least, times),
    };
  }
}

/** Batches of a round; the queue is emptied after each round. */
const BATCHES = 20;

/** The rate of batches of cached tasks, without workers. */
async function* batchRow(system: System): AsyncGenerator<Row> {
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue(primes.name, { connection: redis, prefix: QUEUE_PREFIX });
  const round = async () => {
    const duration = await submitBatches(system.api.url, BATCHES);
    await queue.drain();
    return (BATCHES * BATCH * 1_000) / duration;
  };
  const rate = median(await repeat(ROUNDS, round));
  await queue.close();
  redis.disconnect();
  yield {
    what: `POST /tasks/batch, ${BATCH_CONNECTIONS} connections, ${BATCH.toLocaleString('en')} tasks each`,
    measured: perSecond(rate, 1_000),
    bar: atLeast(rate, 20_000, (each) => perSecond(each, 1_000)),
  };
}

export function submitAndDrain(system: System, env: Record<string, string> = {}): Promise<SubmitAndDrain> {
  return measure(system, sideOf(system, env));
}

function sideOf(system: System, env: Record<string, string> = {}): Side {
  const startWorker = () => system.start('worker', env);
  return { queue: primes.name, prefix: QUEUE_PREFIX, api: system.api.url, startWorker };
}

/** Submits to a paused queue, so that the worker is ready and warm before it drains. */
async function measure(system: System, { queue: name, prefix, api, startWorker }: Side) {
  const redis = new Redis(system.redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection: redis, prefix });
  await queue.pause();
  const submit = await submitMany(api, SUBMISSIONS);
  const worker = await startWorker();
  const drain = await timed(async () => {
    await queue.resume();
    await eventually(
      async () => {
        const left = await queue.getJobCountByTypes('waiting', 'active', 'prioritized');
        if (left > 0) throw new Error(`${left} tasks are left`);
      },
      { timeoutMs: 120_000, intervalMs: 5 },
    );
  });
  await worker[Symbol.asyncDispose]();
  await queue.close();
  redis.disconnect();
  return { submit, drain };
}
