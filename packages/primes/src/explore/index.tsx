import { formatNumber, parseWhole, type JobView } from '@primes/web';
import type { PrimesCounts } from '../counts.ts';
import { Fields } from './fields.tsx';
import { Explore } from './explore.tsx';

/** What the page shows of this job. */
export const view: JobView = {
  initial: { n: 1_000 },
  Fields,
  batch: {
    label: 'How many primes, one task a line',
    read(line) {
      const n = parseWhole(line, { min: 1 });
      if (typeof n === 'string') throw new RangeError(n);
      return { n };
    },
  },
  filters: [{ name: 'n', label: 'How many primes' }],
  title: (task) => `The first ${formatNumber((task as unknown as { n: number }).n)} primes`,
  done(task) {
    const { counts } = task as unknown as { counts: PrimesCounts | null };
    if (!counts) return '';
    const { segments_computed: sieved, segments_cached: cached } = counts;
    const total = `${formatNumber(sieved + cached)} ${sieved + cached === 1 ? 'segment' : 'segments'}`;
    if (sieved === 0) return `${total} from the cache`;
    return cached === 0
      ? `sieved ${total}`
      : `sieved ${formatNumber(sieved)} of ${total}, the rest was cached`;
  },
  Result: Explore,
  formats: {
    txt: 'text/plain',
    csv: 'text/csv',
    ndjson: 'application/x-ndjson',
    json: 'application/json',
  },
};
