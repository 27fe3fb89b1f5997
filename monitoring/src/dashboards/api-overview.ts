import { dashboard, titled, type MonitoredJob } from '../dashboard.ts';
import { bars, coloured, HERE, lines, percentiles, PROCESSES, stat } from '../panels.ts';

const requests = (matchers = '') => `sum(rate(api_requests_total{${matchers}${HERE}}[$__rate_interval]))`;
const latency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(api_request_duration_seconds_bucket{endpoint!="/tasks/:id/events", ${HERE}}[$__rate_interval])))`;

/** The health of the API: load, errors, latency, and its processes. */
export function apiOverview(job: MonitoredJob) {
  const prefix = job.metricPrefix;
  return dashboard(
    {
      ...titled(job, 'API Overview'),
      tag: job.name,
      description: 'The health of the API: load, errors, latency, and its processes.',
    },
    [
      stat({
        title: 'Processes up',
        description:
          'Processes of each service that respond to scrapes. Zero workers are normal while the queue is empty.',
        unit: 'short',
        width: 8,
        height: 5,
        queries: [['{{service}}', `sum by (service) (up{${PROCESSES}, ${HERE}})`]],
      }),
      stat({
        title: 'Requests',
        description: 'Requests per second to all replicas of the api.',
        unit: 'reqps',
        width: 8,
        height: 5,
        queries: [['requests', requests()]],
      }),
      stat({
        title: 'Server errors',
        description:
          'Share of 5xx responses: Redis is unavailable or the queue is full (503), or a bug (500). HighAPIErrorRate fires at 5 %.',
        unit: 'percentunit',
        width: 8,
        height: 5,
        // Computed from the other responses, so that no errors are 0 and not an empty result.
        queries: [['5xx', `1 - ${requests('status!~"5..", ')} / ${requests()}`]],
        thresholds: { green: null, yellow: 0.01, red: 0.05 },
      }),
      lines({
        title: 'Requests by endpoint',
        description:
          'The sources of the load. If there are many polls for each submission, clients should use `?wait=`.',
        unit: 'reqps',
        width: 12,
        queries: [
          [
            '{{method}} {{endpoint}}',
            `sum by (method, endpoint) (rate(api_requests_total{${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
      coloured(
        bars({
          title: 'Responses by status',
          description: '4xx are errors of the client, 5xx are errors of the service.',
          unit: 'short',
          width: 12,
          queries: [
            ['{{status}}', `sum by (status) (increase(api_requests_total{${HERE}}[$__rate_interval]))`],
          ],
        }),
        { '2..': 'green', '3..': 'blue', '4..': 'yellow', '5..': 'red' },
      ),
      lines({
        title: 'Request duration',
        description:
          'From the first byte received to the last byte sent. The client determines the duration of long-polls and downloads; event streams are excluded.',
        unit: 's',
        width: 12,
        queries: percentiles(latency),
      }),
      lines({
        title: 'Event loop delay',
        description:
          'p99 of the timer delay, highest process of each service. Above 100 ms, something blocks the event loop.',
        unit: 's',
        width: 12,
        queries: [
          ['{{service}}', `max by (service) (nodejs_eventloop_lag_p99_seconds{${PROCESSES}, ${HERE}})`],
        ],
        thresholds: { green: null, red: 0.1 },
      }),
      lines({
        title: 'CPU',
        description: 'CPU cores in use, sum over the processes of a service. Workers run the tasks.',
        unit: 'short',
        width: 8,
        queries: [
          [
            '{{service}}',
            `sum by (service) (rate(process_cpu_seconds_total{${PROCESSES}, ${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
      lines({
        title: 'Memory',
        description: 'Resident memory, largest process of each service. Growth over days is a leak.',
        unit: 'bytes',
        width: 8,
        queries: [['{{service}}', `max by (service) (process_resident_memory_bytes{${PROCESSES}, ${HERE}})`]],
      }),
      coloured(
        bars({
          title: 'Webhook deliveries',
          description:
            'Delivered, to be retried, or given up after the last attempt (dead). DeadLetterGrowth fires on dead ones.',
          unit: 'short',
          width: 8,
          queries: [
            [
              '{{outcome}}',
              `sum by (outcome) (increase(${prefix}_webhook_deliveries_total{${HERE}}[$__rate_interval]))`,
            ],
          ],
        }),
        { delivered: 'green', retried: 'yellow', dead: 'red' },
      ),
    ],
  );
}
