import { dashboard, titled, type MonitoredJob } from '../dashboard.ts';
import { taskPanels } from '../job-panels.ts';
import { bars, coloured, HERE, lines, percentiles, stat } from '../panels.ts';

/** Tasks: submissions, completions and durations, and the panels of the job. */
export function apiMetrics(job: MonitoredJob) {
  const prefix = job.metricPrefix;
  const submissions = (status: string) =>
    `sum(rate(${prefix}_task_submissions_total{status="${status}", ${HERE}}[$__rate_interval]))`;
  const duration = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (le) (rate(${prefix}_task_duration_seconds_bucket{${HERE}}[$__rate_interval])))`;
  return dashboard(
    {
      ...titled(job, 'API Metrics'),
      tag: job.name,
      description: 'Tasks: how many, how fast, and with which outcome.',
    },
    [
      lines({
        title: 'Submission and completion rate',
        description:
          'Tasks accepted and tasks completed per second. While submissions exceed completions, the queue grows.',
        unit: 'ops',
        width: 16,
        queries: [
          ['submitted', submissions('started')],
          ['completed', submissions('completed')],
        ],
      }),
      stat({
        title: 'Active computations',
        description: 'Tasks that workers run now, including those that wait for another task.',
        unit: 'short',
        width: 8,
        queries: [['active', `sum(${prefix}_active_computations{${HERE}})`]],
      }),
      lines({
        title: 'Task duration',
        description:
          'From the first start to the end, including retries and hand-overs; Queue and Autoscaling shows the time in the queue. SlowTaskExecution fires at 60 s.',
        unit: 's',
        width: 12,
        queries: percentiles(duration),
        thresholds: { green: null, red: 60 },
      }),
      coloured(
        bars({
          title: 'Tasks by outcome',
          description: 'Tasks that finished in each interval. Clients cancel tasks; this is not a failure.',
          unit: 'short',
          width: 12,
          queries: [
            [
              '{{status}}',
              `sum by (status) (increase(${prefix}_task_submissions_total{status!="started", ${HERE}}[$__rate_interval]))`,
            ],
          ],
        }),
        { completed: 'green', cancelled: 'blue', failed: 'red' },
      ),
      ...taskPanels(),
    ],
  );
}
