import { BATCH, submitBatches } from './load.ts';
import { atMost, ms, times, type Row } from './row.ts';
import { median, medianRatio, percentile, repeat, timed } from './statistics.ts';
import type { System } from './system.ts';

const TASKS = 10_000;
const ROUNDS = 3;
/** Clients that submit one task after another; and the submissions of each that are measured before an action. */
const CLIENTS = 4;
const PROBES = 1_000;

/** Actions on many tasks, and what they cost other clients. */
export async function* operateRows(system: System): AsyncGenerator<Row> {
  await using client = system.client(CLIENTS);
  const probe = () => timed(() => client.submit({ n: 1_000 }).then(() => undefined));
  const act = (action: string, status: string) => actOnAll(system.api.url, action, status);
  const [durations, alone, beside]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    await submitBatches(system.api.url, TASKS / BATCH);
    await act('cancel', 'pending');
    const probes = Array.from({ length: CLIENTS }, () => repeat(PROBES, probe));
    alone.push(percentile((await Promise.all(probes)).flat(), 99));
    const state = { running: true };
    const retried = timed(() => act('retry', 'cancelled')).finally(() => (state.running = false));
    const latencies: number[] = [];
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (state.running) latencies.push(await probe());
    });
    await Promise.all(clients);
    durations.push(await retried);
    beside.push(percentile(latencies, 99));
    await act('cancel', 'pending');
    await act('discard', 'cancelled');
  }
  const duration = median(durations);
  const what = `${TASKS.toLocaleString('en')} tasks`;
  yield {
    what: `retry ${what} in one call`,
    measured: ms(duration),
    bar: atMost(duration, 5_000, ms),
  };
  const ratio = medianRatio(beside, alone);
  yield {
    what: 'p99 of POST /tasks meanwhile, against the same without',
    measured: `${times(ratio)} (${ms(median(beside))} and ${ms(median(alone))})`,
    bar: atMost(ratio, 1.2, times),
  };
}

/** Repeats the call until all tasks of the status are changed; the first TASKS by one call. */
async function actOnAll(base: string, action: string, status: string): Promise<void> {
  const response = await fetch(`${base}/tasks/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, filter: { status } }),
  });
  const { changed = 0, truncated } = (await response.json()) as { changed?: number; truncated?: boolean };
  if (changed === 0) throw new Error(`${action} has changed no task, ${response.status}`);
  if (truncated) await actOnAll(base, action, status);
}
