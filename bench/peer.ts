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

/** Compares with another service that has `POST /tasks` and `GET /tasks/{id}`. It should be empty: its first task is cold. */
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

  // The last task ends last, so nothing is left over from the other side's turn.
  const [our, their] = await interleaved(
    ROUNDS,
    () => submitAndEnd(system.api.url, () => client.time({ n: 1 })),
    () => submitAndEnd(peer, () => timeOf(peer, 1)),
  );
  const ratio = medianRatio(their, our);
  yield {
    what: `POST /tasks, ${CONNECTIONS} connections, with busy workers, against PEER_URL`,
    measured: `${times(ratio)} (${perSecond(SUBMISSIONS, median(our))} and ${perSecond(SUBMISSIONS, median(their))})`,
    bar: atLeast(ratio, 10, times),
  };
}

/** Milliseconds for the submissions; resolves when one more task, the last in the queue, has ended. */
async function submitAndEnd(base: string, last: () => Promise<unknown>): Promise<number> {
  const duration = await submitMany(base, SUBMISSIONS);
  await last();
  return duration;
}

/** Milliseconds from submission to completion. */
async function timeOf(peer: string, n: number): Promise<number> {
  const start = performance.now();
  const response = await request(`${peer}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ n }),
  });
  const { request_id: id } = (await response.body.json()) as { request_id: string };
  for (;;) {
    const { body } = await request(`${peer}/tasks/${id}`);
    const { status } = (await body.json()) as { status: string };
    if (['done', 'completed', 'success'].includes(status.toLowerCase())) return performance.now() - start;
    if (status.toLowerCase().startsWith('fail')) throw new Error(`A task of ${peer} failed`);
    await delay(POLL_MS);
  }
}
