import { dashboard } from '../dashboard.ts';
import { coloured, HERE, lines, percentiles, stacked, stat } from '../panels.ts';

const wait = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(prime_task_wait_seconds_bucket{${HERE}}[$__rate_interval])))`;
/** All replicas of the gateway see one queue, so what they show is not added up. */
const gateway = (metric: string, matchers = '') => `max(${metric}{${matchers}${HERE}})`;

/** What waits, what that asks for, and how many workers are there for it. */
export const queueAndAutoscaling = dashboard({
  uid: 'queue-and-autoscaling',
  title: 'Queue and Autoscaling',
  description: 'From the demand of the queue to the number of workers.',
})
  .withPanel(
    stat({
      title: 'Demand',
      description: 'Tasks that a worker could take now. KEDA scales on this and the tasks in flight.',
      unit: 'short',
      queries: [['demand', gateway('prime_queue_demand')]],
    })
      .span(6)
      .height(5),
  )
  .withPanel(
    stat({
      title: 'Oldest waiting task',
      description: 'Age of the task that is next in line. It grows while workers are missing or stuck.',
      unit: 's',
      queries: [['age', gateway('prime_queue_oldest_waiting_seconds')]],
      thresholds: [
        ['green', null],
        ['yellow', 30],
        ['red', 300],
      ],
    })
      .span(6)
      .height(5),
  )
  .withPanel(
    stat({
      title: 'Queue paused',
      description: 'A paused queue asks for no workers, and its tasks wait.',
      unit: 'bool_yes_no',
      queries: [['paused', gateway('prime_queue_paused')]],
      thresholds: [
        ['green', null],
        ['yellow', 1],
      ],
    })
      .span(6)
      .height(5),
  )
  .withPanel(
    stat({
      title: 'Age of the sample',
      description:
        'How old the gateway’s knowledge of the queue is. Stale, it answers KEDA with an error: the workers stay as they are. ScalerBlind fires at 10 s.',
      unit: 's',
      queries: [['age', gateway('prime_sample_age_seconds', 'sample="queue", ')]],
      thresholds: [
        ['green', null],
        ['yellow', 2],
        ['red', 10],
      ],
    })
      .span(6)
      .height(5),
  )
  .withPanel(
    lines({
      title: 'Demand, in flight and workers',
      description:
        'Workers follow the sum of the first two, divided by their concurrency. Workers at the maximum with demand left: WorkersAtMaximum fires.',
      unit: 'short',
      queries: [
        ['demand', gateway('prime_queue_demand')],
        ['in flight', gateway('prime_queue_jobs', 'state="active", ')],
        ['workers', `sum(up{service="worker", ${HERE}})`],
        ['most workers', gateway('prime_workers_max')],
      ],
    })
      .span(16)
      .height(9),
  )
  .withPanel(
    stacked({
      title: 'Tasks by state',
      description: 'What is in the queue and not at its end. Delayed tasks wait for another attempt.',
      unit: 'short',
      queries: [
        [
          '{{state}}',
          `max by (state) (prime_queue_jobs{state=~"waiting|prioritized|delayed|active", ${HERE}})`,
        ],
      ],
    })
      .span(8)
      .height(9),
  )
  .withPanel(
    lines({
      title: 'Time in the queue',
      description:
        'From the submission to the first start of work; from zero workers it includes the start of a pod.',
      unit: 's',
      queries: percentiles(wait),
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    coloured(
      lines({
        title: 'Answers to KEDA',
        description:
          'Calls of KEDA in a second by outcome. `unavailable` and `error` keep the number of workers as it is; `invalid` is a wrong trigger.',
        unit: 'ops',
        queries: [
          ['{{result}}', `sum by (result) (rate(prime_scaler_requests_total{${HERE}}[$__rate_interval]))`],
        ],
      }),
      [
        ['ok', 'green'],
        ['unavailable', 'orange'],
        ['error', 'red'],
        ['invalid', 'purple'],
      ],
    )
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Hand-overs',
      description:
        'Running tasks given back by workers that stop: scale-in at work. No attempt is spent by it.',
      unit: 'ops',
      queries: [['handed over', `sum(rate(prime_tasks_handed_over_total{${HERE}}[$__rate_interval]))`]],
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Segments sieved',
      description: 'Segments of 3.9 million numbers that were sieved and stored in a second.',
      unit: 'ops',
      queries: [['{{pod}}', `sum by (pod) (rate(prime_segments_sieved_total{${HERE}}[$__rate_interval]))`]],
    })
      .span(12)
      .height(8),
  )
  .withPanel(
    stacked({
      title: 'Webhooks by state',
      description:
        'Webhooks that wait for their task, for an attempt, or were given up and are kept for a week (failed).',
      unit: 'short',
      queries: [['{{state}}', `max by (state) (prime_webhook_jobs{${HERE}})`]],
    })
      .span(12)
      .height(8),
  );
