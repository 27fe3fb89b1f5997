import { median, percentile } from './statistics.ts';
import { CONNECTIONS, SUBMISSIONS, submitAndDrain } from './submit-and-drain.ts';
import { residentMegabytes, type System } from './system.ts';

/** One row of the table. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

export const ms = (value: number) => `${value.toFixed(1)} ms`;
export const perSecond = (count: number, milliseconds: number) =>
  `${Math.round((count * 1_000) / milliseconds).toLocaleString('en')} / s`;

/** Runs one after the other, on one system; each is warmed up by its first, uncounted round. */
export async function* runScenarios(system: System): AsyncGenerator<Row> {
  yield* await submitting(system);
  yield* await coldAndWarm(system);
  yield* await starts(system);
}

const ROUNDS = 3;

async function submitting(system: System): Promise<Row[]> {
  const client = system.client(CONNECTIONS);
  const submits: number[] = [];
  const drains: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { submit, drain } = await submitAndDrain(system, client);
    if (round === 0) continue;
    submits.push(submit);
    drains.push(drain);
  }
  await client.close();
  return [
    { what: `POST /tasks, ${CONNECTIONS} connections`, value: perSecond(SUBMISSIONS, median(submits)) },
    { what: 'cached tasks drained by one worker', value: perSecond(SUBMISSIONS, median(drains)) },
  ];
}

async function coldAndWarm(system: System): Promise<Row[]> {
  await using worker = await system.startWorker();
  const client = system.client(2);
  const rows: Row[] = [];
  for (const { n, rounds } of [
    { n: 1_000_000, rounds: 9 },
    { n: 10_000_000, rounds: 5 },
    { n: 100_000_000, rounds: 3 },
  ]) {
    const times = await repeat(rounds, () => client.time({ n, fresh: true }));
    rows.push({ what: `cold n = ${n.toLocaleString('en')}, POST to done, median`, value: ms(median(times)) });
  }
  for (const n of [100, 1_000]) {
    const times = await repeat(300, () => client.time({ n }));
    const value = `${ms(median(times))} / ${ms(percentile(times, 99))}`;
    rows.push({ what: `cached n = ${n.toLocaleString('en')}, POST to done, p50 / p99`, value });
  }
  rows.push({ what: 'memory of the worker after that', value: `${residentMegabytes(worker.pid)} MB` });
  await client.close();
  return rows;
}

async function starts(system: System): Promise<Row[]> {
  const times: number[] = [];
  let memory = 0;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await using worker = await system.startWorker();
    times.push(performance.now() - start);
    memory = residentMegabytes(worker.pid);
  }
  return [
    { what: 'start of a worker, to ready; memory when idle', value: `${ms(median(times))}; ${memory} MB` },
  ];
}

/** The results of `rounds` calls, after one that does not count. */
async function repeat(rounds: number, call: () => Promise<number>): Promise<number[]> {
  await call();
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await call());
  return results;
}
