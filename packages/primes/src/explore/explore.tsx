import type { Client } from '@primes/client';
import { Chart, formatNumber, Section, Show, useLoaded, WholeNumberField } from '@primes/web';
import type { ChartProps, ResultProps } from '@primes/web';
import { useMemo, useState } from 'preact/hooks';
import { gapsOf, lastDigits, li, samplePlaces, xOverLog } from './estimates.ts';
import { Spiral } from './spiral.tsx';

/** Numbers on the spiral: 10⁶, of which this many are prime. */
const SPIRAL = 1_000_000;
const SAMPLE = 78_498;
const ENDS = 12;
const SAMPLES = 48;

/** Where primes of a task are in its result. */
interface Place {
  readonly id: string;
  readonly offset: number;
  readonly limit: number;
}

interface ResultPart {
  readonly id: string;
  readonly n: number;
  /** The first primes of the task. */
  readonly primes: readonly number[];
  /** Why they are not all of its primes; empty if they are. */
  readonly part: string;
}

/** The result of a task, from pages of the API: never the whole, which can have 10⁸ primes. */
export function Explore({ task }: ResultProps) {
  const { n } = task as unknown as { n: number };
  const id = task.request_id;
  const sample = usePrimes({ id, offset: 0, limit: Math.min(n, SAMPLE) });
  return (
    <Show of={sample}>
      {(primes) => {
        const read = formatNumber(primes.length);
        const part = ` Of the ${formatNumber(n)} primes, it covers the first ${read}, because more would be slow to load.`;
        const props = { id, n, primes, part: primes.length < n ? part : '' };
        return (
          <>
            <Ends {...props} />
            <div class="columns">
              <Counting {...props} />
              <Spiral {...props} limit={Math.min(SPIRAL, primes.at(-1) ?? 1)} />
              <Gaps {...props} />
              <LastDigits {...props} />
            </div>
          </>
        );
      }}
    </Show>
  );
}

async function read(client: Client, { id, ...page }: Place, signal: AbortSignal): Promise<readonly number[]> {
  for await (const primes of client.resultPages(id, { ...page, signal })) return primes;
  return [];
}

function usePrimes(place: Place) {
  return useLoaded((client, signal) => read(client, place, signal), { inputs: Object.values(place) });
}

function Ends({ id, n, primes }: ResultPart) {
  const [k, setK] = useState(n);
  const last = usePrimes({ id, offset: Math.max(0, n - ENDS), limit: ENDS }).data;
  const [kth] = usePrimes({ id, offset: k - 1, limit: 1 }).data ?? [];
  return (
    <section class="card">
      <p>
        {primes.slice(0, ENDS).map(formatNumber).join(', ')}
        {n > ENDS && last && `, … , ${last.map(formatNumber).join(', ')}`}
      </p>
      <div class="fields">
        <WholeNumberField
          label="Jump to the prime with the number"
          value={k}
          limits={{ min: 1, max: n }}
          onChange={setK}
        />
        <p role="status">
          {kth === undefined ? '…' : `Prime number ${formatNumber(k)} is ${formatNumber(kth)}.`}
        </p>
      </div>
    </section>
  );
}

/** π(x) by the result itself: the k-th prime p has π(p) = k. */
function Counting({ id, n, primes }: ResultPart) {
  const chart = useLoaded(
    async (client, signal) => {
      const places = samplePlaces(n, SAMPLES).filter((k) => k > 2);
      const x = await Promise.all(
        places.map(
          async (k) => primes[k - 1] ?? (await read(client, { id, offset: k - 1, limit: 1 }, signal))[0] ?? 0,
        ),
      );
      const ratios = (estimate: (x: number) => number) => x.map((p, i) => estimate(p) / (places[i] ?? 1));
      const series = [
        { name: 'π(x)', values: places.map(() => 1) },
        { name: 'x / ln x', values: ratios(xOverLog) },
        { name: 'li(x)', values: ratios(li) },
      ];
      return { x, series };
    },
    { inputs: [id] },
  ).data;
  return (
    <Section title="Counting primes">
      <p class="hint">
        How two estimates compare with π(x), the number of primes up to x. x / ln x is too low; li(x) is
        nearly exact.
      </p>
      {chart && chart.x.length > 1 && (
        <Chart
          title="Estimates of the number of primes, divided by π(x)"
          {...chart}
          xName="x"
          yName="ratio to π(x)"
          logX
        />
      )}
    </Section>
  );
}

function Gaps({ primes, part }: ResultPart) {
  const { counts, records } = useMemo(() => gapsOf(primes), [primes]);
  const record = records.at(-1);
  return (
    <Section title="Gaps between neighbours">
      <p class="hint">
        Among the first {formatNumber(primes.length)} primes, small gaps prevail, and multiples of 6 stand
        out.
        {record && ` The largest is ${formatNumber(record.gap)}, after ${formatNumber(record.after)}.`}
        {part}
      </p>
      <Bars
        title="Number of neighbouring primes by their gap"
        counts={counts}
        xName="gap"
        yName="pairs of primes"
      />
      <details>
        <summary>Record gaps</summary>
        <p>
          {records.map(({ gap, after }) => `${formatNumber(gap)} after ${formatNumber(after)}`).join('; ')}
        </p>
      </details>
    </Section>
  );
}

function LastDigits({ primes, part }: ResultPart) {
  const counts = useMemo(() => lastDigits(primes), [primes]);
  return (
    <Section title="Last digits">
      <p class="hint">
        The first {formatNumber(primes.length)} primes end with 1, 3, 7 and 9 about equally often. Only 2 and
        5 end otherwise.{part}
      </p>
      <Bars title="Number of primes by their last digit" counts={counts} xName="last digit" yName="primes" />
    </Section>
  );
}

interface BarsProps extends Pick<ChartProps, 'title' | 'xName' | 'yName'> {
  readonly counts: ReadonlyMap<number, number>;
}

function Bars({ counts, ...props }: BarsProps) {
  const [x, series] = useMemo(() => {
    const sorted = [...counts].toSorted(([a], [b]) => a - b);
    return [
      sorted.map(([value]) => value),
      [{ name: props.yName, values: sorted.map(([, count]) => count) }],
    ];
  }, [counts]);
  return counts.size > 1 && <Chart {...props} x={x} series={series} kind="bars" />;
}
