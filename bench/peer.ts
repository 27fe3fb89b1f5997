import { request } from 'undici';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTIONS, submitMany } from './load.ts';
import { atLeast, ms, perSecond, times, type Row } from './row.ts';
import { interleaved, median, medianRatio } from './statistics.ts';
import type { System } from './system.ts';

const SUBMISSIONS = 500;
const ROUNDS = 3;
const N = 500_000;
const POLL_MS = 5;

/** Against another service that speaks `POST /tasks` and `GET /tasks/{id}`. It should be new: its first task is cold. */
export async function* peerRows(system: System, peer: string): AsyncGenerator<Row> {
  const theirs = await timeOf(peer, N);
  await system.start('worker');
  await using client = system.client(1);
  await client.time({ n: N, fresh: true });
  const ours = await client.time({ n: N, fresh: true });
  yield {
    what: `cold n = ${N.toLocaleString('en')} against PEER_URL`,
    measured: `${times(theirs / ours)} (${ms(ours)} and ${ms(theirs)})`,
    bar: atLeast(theirs / ours, 300, times),
  };

  // Each with its workers at work, and nothing left to do from the turn of the other: the last task comes last.
  const [our, their] = await interleaved(
    ROUNDS,
    () => submitAndEnd(system.api.url, () => client.time({ n: 1 })),
    () => submitAndEnd(peer, () => timeOf(peer, 1)),
  );
  const ratio = medianRatio(their, our);
  yield {
    what: `POST /tasks, ${CONNECTIONS} connections, workers at work, against PEER_URL`,
    measured: `${times(ratio)} (${perSecond(SUBMISSIONS, median(our))} and ${perSecond(SUBMISSIONS, median(their))})`,
    bar: atLeast(ratio, 10, times),
  };
}

/** Milliseconds that the submissions take; resolves once one more task, the last in the queue, has ended. */
async function submitAndEnd(base: string, last: () => Promise<unknown>): Promise<number> {
  const duration = await submitMany(base, SUBMISSIONS);
  await last();
  return duration;
}

/** Milliseconds from the submission to the end. */
async function timeOf(peer: string, n: number): Promise<number> {
  const start = performance.now();
  const answer = await request(`${peer}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ n }),
  });
  const { request_id: id } = (await answer.body.json()) as { request_id: string };
  for (;;) {
    const { body } = await request(`${peer}/tasks/${id}`);
    const { status } = (await body.json()) as { status: string };
    if (['done', 'completed', 'success'].includes(status.toLowerCase())) return performance.now() - start;
    if (status.toLowerCase().startsWith('fail')) throw new Error(`The task of ${peer} has failed`);
    await delay(POLL_MS);
  }
}
