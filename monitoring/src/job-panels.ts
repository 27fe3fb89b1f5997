import type { Panel } from './dashboard.ts';
import { gauge, HERE, lines, stacked } from './panels.ts';

const segments = (kind: 'hits' | 'misses') =>
  `sum(rate(prime_cache_${kind}_total{${HERE}}[$__rate_interval]))`;
const numbers = (source: string) =>
  `sum(rate(prime_numbers_computed_total{source="${source}", ${HERE}}[$__rate_interval]))`;

/** The panels of the job below those of its tasks. Another job has others, or none. */
export function taskPanels(): Panel[] {
  return [
    gauge({
      title: 'Cache hit rate',
      description:
        'Share of requested segments that were in the store. It is low while an empty store fills; if it stays low, the store loses segments.',
      unit: 'percentunit',
      width: 8,
      queries: [['hit rate', `${segments('hits')} / (${segments('hits')} + ${segments('misses')})`]],
      thresholds: { red: null, yellow: 0.5, green: 0.8 },
    }).max(1),
    stacked({
      title: 'Computed and cached primes',
      description:
        'Primes per second that tasks computed or found in the store. Only computed primes cost CPU.',
      unit: 'short',
      width: 16,
      queries: [
        ['computed', numbers('computed')],
        ['cached', numbers('cached')],
      ],
    }),
  ];
}

/** The panels of the job below those of its workers. */
export function workerPanels(): Panel[] {
  return [
    lines({
      title: 'Segments sieved',
      description: 'Segments (3.9 million numbers each) that were sieved and stored per second.',
      unit: 'ops',
      width: 12,
      queries: [['{{pod}}', `sum by (pod) (rate(prime_segments_sieved_total{${HERE}}[$__rate_interval]))`]],
    }),
  ];
}
