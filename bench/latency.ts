import { atMost, ms, p50AndP99, times, type Row } from './row.ts';
import { median, percentile, repeat } from './statistics.ts';
import type { System } from './system.ts';

/** Time from POST to `done`, with long polls by one client. */
export async function* latencyRows(system: System): AsyncGenerator<Row> {
  await system.start('worker');
  await using client = system.client(2);
  const perPrime: number[] = [];
  for (const { n, rounds, most } of [
    { n: 1_000_000, rounds: 9, most: 30 },
    { n: 10_000_000, rounds: 5, most: 120 },
    { n: 100_000_000, rounds: 5, most: 1_200 },
    { n: 1_000_000_000, rounds: 1, most: undefined },
  ]) {
    const duration = median(await repeat(rounds, () => client.time({ n, fresh: true })));
    perPrime.push(duration / n);
    const what = `cold n = ${n.toLocaleString('en')}, POST to done`;
    yield { what, measured: ms(duration), ...(most && { bar: atMost(duration, most, ms) }) };
  }
  const spread = Math.max(...perPrime) / Math.min(...perPrime);
  yield {
    what: 'cost per prime from n = 1e6 to 1e9, highest against lowest',
    measured: `${times(spread)} (${perPrime.map((cost) => `${(cost * 1e6).toFixed(1)} ns`).join(', ')})`,
    bar: atMost(spread, 2, times),
  };
  const small = (n: number) => `cached n = ${n.toLocaleString('en')}`;
  for (const n of [100, 1_000]) {
    const durations = await repeat(500, () => client.time({ n }));
    yield cachedRow(`${small(n)}, POST to done, p50 / p99`, durations);
    const one = await repeat(500, () => client.timeOfOne({ n }));
    yield cachedRow(`${small(n)}, POST with Prefer: wait, p50 / p99`, one);
  }
}

function cachedRow(what: string, durations: readonly number[]): Row {
  const met = percentile(durations, 50) <= 4 && percentile(durations, 99) <= 15;
  return { what, measured: p50AndP99(durations), bar: { text: '≤ 4.0 ms / ≤ 15.0 ms', met } };
}
