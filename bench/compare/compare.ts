import { buildRevision } from '@primes/testing';
import { ROOT } from '../../dev/project.ts';
import { times } from '../row.ts';
import { interleaved, median, medianInterval, ratios } from '../statistics.ts';
import { TOPICS, type Topic } from './topics.ts';

/** Tolerated median ratio. */
const TOLERATED = 1.03;

/**
 * Runs this tree and another revision in turn, topic by topic, and prints a row for each figure: this tree divided
 * by the other, as the median of the rounds and its 95 % interval. Lower is better. A row is worse if its median is
 * above `TOLERATED` and the interval is above 1. If the interval contains 1, the result is unclear.
 */
export async function compare(
  revision: string,
  topics: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const unknown = topics.find((name) => !(name in TOPICS));
  if (unknown !== undefined)
    throw new Error(`Unknown topic ${unknown}; topics: ${Object.keys(TOPICS).join(', ')}`);
  await using other = await buildRevision(revision);
  const columns = ['what', other.commit, 'this tree', 'ratio (95 % interval)', ''];
  say(`| ${columns.join(' | ')} |`);
  say(`|${' --- |'.repeat(columns.length)}`);
  let rows = 0;
  const verdicts = { worse: 0, unclear: 0 };
  for (const name of topics.length > 0 ? topics : Object.keys(TOPICS)) {
    for await (const { line, verdict } of compareTopic(TOPICS[name] as Topic, other.root)) {
      say(line);
      rows++;
      if (verdict) verdicts[verdict]++;
    }
  }
  say('');
  say(`${rows} rows, ${verdicts.worse} worse by more than 3 %, ${verdicts.unclear} unclear`);
}

async function* compareTopic({ rounds, figures, prepare }: Topic, otherRoot: string) {
  await using stack = new AsyncDisposableStack();
  const [ours, theirs] = await interleaved(
    rounds,
    await prepare(ROOT, stack),
    await prepare(otherRoot, stack),
  );
  for (const [index, { what, format }] of figures.entries()) {
    const our = ours.map((values) => values[index] ?? NaN);
    const their = theirs.map((values) => values[index] ?? NaN);
    const all = ratios(our, their);
    const ratio = median(all);
    const { low, high } = medianInterval(all);
    const verdict = verdictOf(ratio, low);
    const interval = `${times(ratio)} (${times(low)} to ${times(high)})`;
    const cells = [what, format(median(their)), format(median(our)), interval, verdict ?? ''];
    yield { line: `| ${cells.join(' | ')} |`, verdict };
  }
}

function verdictOf(ratio: number, low: number): 'worse' | 'unclear' | undefined {
  if (ratio <= TOLERATED) return undefined;
  return low > 1 ? 'worse' : 'unclear';
}
