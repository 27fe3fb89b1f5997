import { dashboard } from '../dashboard.ts';
import { bars, coloured, gauge, HERE, lines, percentiles, stacked, stat } from '../panels.ts';

const submissions = (status: string) =>
  `sum(rate(prime_task_submissions_total{status="${status}", ${HERE}}[$__rate_interval]))`;
const duration = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(prime_task_duration_seconds_bucket{${HERE}}[$__rate_interval])))`;
const segments = (kind: 'hits' | 'misses') =>
  `sum(rate(prime_cache_${kind}_total{${HERE}}[$__rate_interval]))`;
const numbers = (source: string) =>
  `sum(rate(prime_numbers_computed_total{source="${source}", ${HERE}}[$__rate_interval]))`;

/** What clients get: tasks in, tasks out, how long they took, and how much of it was there already. */
export const primeApiMetrics = dashboard({
  uid: 'prime-api-metrics',
  title: 'Prime API Metrics',
  description: 'Tasks: how many, how fast, how they end, and how much the shared store saves.',
})
  .withPanel(
    lines({
      title: 'Submission and completion rate',
      description:
        'Tasks accepted and tasks done in a second. While the first line is above the second, the queue grows.',
      unit: 'ops',
      queries: [
        ['submitted', submissions('started')],
        ['completed', submissions('completed')],
      ],
    })
      .span(16)
      .height(8),
  )
  .withPanel(
    gauge({
      title: 'Cache hit rate',
      description:
        'Segments that were in the store, of all that tasks needed. Low for a while after an empty store; low for long means that it loses segments.',
      unit: 'percentunit',
      queries: [['hit rate', `${segments('hits')} / (${segments('hits')} + ${segments('misses')})`]],
      thresholds: [
        ['red', null],
        ['yellow', 0.5],
        ['green', 0.8],
      ],
    })
      .max(1)
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Task duration',
      description:
        'From the first start of work to the end, retries and hand-overs included; the time in the queue is on the dashboard of the queue. SlowTaskExecution fires at 60 s.',
      unit: 's',
      queries: percentiles(duration),
      thresholds: [
        ['green', null],
        ['red', 60],
      ],
    })
      .span(16)
      .height(8),
  )
  .withPanel(
    stat({
      title: 'Active computations',
      description: 'Tasks that workers are at now, those that wait for a segment of another task included.',
      unit: 'short',
      queries: [['active', `sum(prime_active_computations{${HERE}})`]],
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    coloured(
      bars({
        title: 'Task status distribution',
        description:
          'How the tasks of each interval ended. Cancelled ones are what clients took back, not failures.',
        unit: 'short',
        queries: [
          [
            '{{status}}',
            `sum by (status) (increase(prime_task_submissions_total{status!="started", ${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
      [
        ['completed', 'green'],
        ['cancelled', 'blue'],
        ['failed', 'red'],
      ],
    )
      .span(12)
      .height(8),
  )
  .withPanel(
    stacked({
      title: 'Computed against cached',
      description:
        'Primes of tasks in a second: sieved for them, or there already. Computed primes cost CPU, cached ones nothing.',
      unit: 'short',
      queries: [
        ['computed', numbers('computed')],
        ['cached', numbers('cached')],
      ],
    })
      .span(12)
      .height(8),
  );
