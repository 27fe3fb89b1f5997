import { dashboard, type MonitoredJob } from '../dashboard.ts';
import { workerPanels } from '../job-panels.ts';
import { coloured, HERE, lines, percentiles, stacked, stat } from '../panels.ts';

/** All replicas of the gateway see the same queue, so their values are not added up. */
const gateway = (metric: string, matchers = '') => `max(${metric}{${matchers}${HERE}})`;

/** The length of the queue, its demand, and the number of workers. */
export function queueAndAutoscaling(job: MonitoredJob) {
  const prefix = job.metricPrefix;
  const wait = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (le) (rate(${prefix}_task_wait_seconds_bucket{${HERE}}[$__rate_interval])))`;
  return dashboard(
    {
      uid: 'queue-and-autoscaling',
      title: 'Queue and Autoscaling',
      tag: job.name,
      description: 'The demand of the queue and the number of workers.',
    },
    [
      stat({
        title: 'Demand',
        description: 'Tasks that a worker could take now. KEDA scales on demand plus tasks in flight.',
        unit: 'short',
        width: 6,
        height: 5,
        queries: [['demand', gateway(`${prefix}_queue_demand`)]],
      }),
      stat({
        title: 'Oldest waiting task',
        description:
          'Age of the next task. It increases while there are too few workers or they are blocked.',
        unit: 's',
        width: 6,
        height: 5,
        queries: [['age', gateway(`${prefix}_queue_oldest_waiting_seconds`)]],
        thresholds: { green: null, yellow: 30, red: 300 },
      }),
      stat({
        title: 'Queue paused',
        description: 'While the queue is paused, its tasks wait and it has no demand.',
        unit: 'bool_yes_no',
        width: 6,
        height: 5,
        queries: [['paused', gateway(`${prefix}_queue_paused`)]],
        thresholds: { green: null, yellow: 1 },
      }),
      stat({
        title: 'Age of the sample',
        description:
          'Age of the gateway’s latest sample of the queue. If it is stale, KEDA receives errors and does not change the number of workers. ScalerBlind fires at 10 s.',
        unit: 's',
        width: 6,
        height: 5,
        queries: [['age', gateway(`${prefix}_sample_age_seconds`, 'sample="queue", ')]],
        thresholds: { green: null, yellow: 2, red: 10 },
      }),
      lines({
        title: 'Demand, in flight and workers',
        description:
          'The number of workers follows demand plus in flight, divided by the concurrency of a worker. WorkersAtMaximum fires if demand remains at the maximum, TooFewWorkers if it remains below.',
        unit: 'short',
        width: 16,
        height: 9,
        queries: [
          ['demand', gateway(`${prefix}_queue_demand`)],
          ['in flight', gateway(`${prefix}_queue_jobs`, 'state="active", ')],
          ['workers', `sum(up{service="worker", ${HERE}})`],
          ['maximum workers', gateway(`${prefix}_workers_max`)],
        ],
      }),
      stacked({
        title: 'Tasks by state',
        description: 'Unfinished tasks. Delayed tasks wait for their next attempt.',
        unit: 'short',
        width: 8,
        height: 9,
        queries: [
          [
            '{{state}}',
            `max by (state) (${prefix}_queue_jobs{state=~"waiting|prioritized|delayed|active", ${HERE}})`,
          ],
        ],
      }),
      lines({
        title: 'Time in the queue',
        description:
          'From submission to the first start. When no worker runs, it includes the start of a pod.',
        unit: 's',
        width: 8,
        queries: percentiles(wait),
      }),
      coloured(
        lines({
          title: 'Responses to KEDA',
          description:
            'KEDA’s calls per second by result. `unavailable` and `error` leave the number of workers unchanged; `invalid` is a wrong trigger. Without calls, ScalerNotCalled fires.',
          unit: 'ops',
          width: 8,
          queries: [
            [
              '{{result}}',
              `sum by (result) (rate(${prefix}_scaler_requests_total{${HERE}}[$__rate_interval]))`,
            ],
          ],
        }),
        { ok: 'green', unavailable: 'orange', error: 'red', invalid: 'purple' },
      ),
      lines({
        title: 'Hand-overs',
        description:
          'Running tasks that stopping workers return to the queue, for example at scale-in. A hand-over uses no attempt.',
        unit: 'ops',
        width: 8,
        queries: [['handed over', `sum(rate(${prefix}_tasks_handed_over_total{${HERE}}[$__rate_interval]))`]],
      }),
      stacked({
        title: 'Webhooks by state',
        description:
          'Webhooks that wait for their task or their next attempt, and given-up ones, which are kept for a week (failed).',
        unit: 'short',
        width: 12,
        queries: [['{{state}}', `max by (state) (${prefix}_webhook_jobs{${HERE}})`]],
      }),
      ...workerPanels(),
    ],
  );
}
