import { atMost, ms, p50AndP99, perSecond, type Row } from './row.ts';
import { median, percentile } from './statistics.ts';
import { SUBMISSIONS, submitAndDrain } from './submit-and-drain.ts';
import type { System } from './system.ts';

const CONCURRENCIES = [1, 2, 4, 8, 16];
const ROUNDS = 3;
const SMALL_TASKS = 200;

/** The effect of WORKER_CONCURRENCY: cached tasks per second, and the latency of a small task beside large ones. */
export async function* compareConcurrencies(system: System): AsyncGenerator<Row> {
  const drains = new Map(CONCURRENCIES.map((concurrency) => [concurrency, [] as number[]]));
  // Interleaved, so that other load on the machine affects all of them.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const concurrency of CONCURRENCIES) {
      const { drain } = await submitAndDrain(system, { WORKER_CONCURRENCY: String(concurrency) });
      if (round > 0) drains.get(concurrency)?.push(drain);
    }
  }
  for (const [concurrency, times] of drains) {
    const value = `${perSecond(SUBMISSIONS, median(times))}; beside one task of 50,000,000: ${await beside(system, concurrency)}`;
    yield { what: `concurrency ${concurrency}: drained`, measured: value };
  }
}

/** A small task beside a large one, in the same worker. */
export async function* fairnessRow(system: System): AsyncGenerator<Row> {
  const times = await besideLarge(system, 4);
  yield {
    what: 'fresh n = 1,000 while n = 50,000,000 runs in the same worker, p50 / p99',
    measured: p50AndP99(times),
    bar: atMost(percentile(times, 99), 50, ms),
  };
}

async function beside(system: System, concurrency: number): Promise<string> {
  if (concurrency === 1) return 'waits until the large task ends';
  return `${p50AndP99(await besideLarge(system, concurrency))} for n = 1,000 (p50 / p99)`;
}

/** Milliseconds of each small task. */
export async function besideLarge(system: System, concurrency: number): Promise<number[]> {
  const worker = await system.start('worker', { WORKER_CONCURRENCY: String(concurrency) });
  await using client = system.client(2);
  await client.time({ n: 1_000, fresh: true });
  const times: number[] = [];
  while (times.length < SMALL_TASKS) {
    const large = client.submit({ n: 50_000_000, fresh: true }).then((id) => client.done(id));
    const state = { running: true };
    void large.finally(() => (state.running = false));
    while (state.running && times.length < SMALL_TASKS)
      times.push(await client.time({ n: 1_000, fresh: true }));
    await large;
  }
  await worker[Symbol.asyncDispose]();
  return times;
}
