import { dashboard } from '../dashboard.ts';
import { bars, coloured, HERE, lines, percentiles, PROCESSES, stat } from '../panels.ts';

const requests = (matchers = '') => `sum(rate(api_requests_total{${matchers}${HERE}}[$__rate_interval]))`;
const latency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(api_request_duration_seconds_bucket{endpoint!="/tasks/:id/events", ${HERE}}[$__rate_interval])))`;

/** Whether clients are served: load, errors, latency, and the processes behind them. */
export const primeApiOverview = dashboard({
  uid: 'prime-api-overview',
  title: 'Prime API Overview',
  description: 'The health of the API: load, errors, latency, and the processes that serve it.',
})
  .withPanel(
    stat({
      title: 'Processes up',
      description:
        'How many of each service answer their scrape. Workers may be at zero while nothing is to do.',
      unit: 'short',
      queries: [['{{service}}', `sum by (service) (up{${PROCESSES}, ${HERE}})`]],
    })
      .span(8)
      .height(5),
  )
  .withPanel(
    stat({
      title: 'Requests',
      description: 'Requests answered in a second, by all replicas of the api.',
      unit: 'reqps',
      queries: [['requests', requests()]],
    })
      .span(8)
      .height(5),
  )
  .withPanel(
    stat({
      title: 'Server errors',
      description:
        'Share of requests that were answered 5xx: an outage of Redis or a full queue (503), or a defect (500). HighAPIErrorRate fires at 5 %.',
      unit: 'percentunit',
      // As what is left of the others, so that no error at all is 0 and not an empty answer.
      queries: [['5xx', `1 - ${requests('status!~"5..", ')} / ${requests()}`]],
      thresholds: [
        ['green', null],
        ['yellow', 0.01],
        ['red', 0.05],
      ],
    })
      .span(8)
      .height(5),
  )
  .withPanel(
    lines({
      title: 'Requests by endpoint',
      description:
        'Where the load comes from. Many polls for each submission: clients wait better with `?wait=`.',
      unit: 'reqps',
      queries: [
        [
          '{{method}} {{endpoint}}',
          `sum by (method, endpoint) (rate(api_requests_total{${HERE}}[$__rate_interval]))`,
        ],
      ],
    })
      .span(12)
      .height(8),
  )
  .withPanel(
    coloured(
      bars({
        title: 'Answers by status',
        description: '4xx are the clients’ own mistakes, 5xx are ours.',
        unit: 'short',
        queries: [
          ['{{status}}', `sum by (status) (increase(api_requests_total{${HERE}}[$__rate_interval]))`],
        ],
      }),
      [
        ['2..', 'green'],
        ['3..', 'blue'],
        ['4..', 'yellow'],
        ['5..', 'red'],
      ],
    )
      .span(12)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Request duration',
      description:
        'From the first byte in to the last byte out. Long-polls and downloads last as long as the client wants; event streams are left out.',
      unit: 's',
      queries: percentiles(latency),
    })
      .span(12)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Event loop delay',
      description:
        'p99 of how late timers are, the worst process of each service. Above 100 ms something computes where it should not.',
      unit: 's',
      queries: [
        ['{{service}}', `max by (service) (nodejs_eventloop_lag_p99_seconds{${PROCESSES}, ${HERE}})`],
      ],
      thresholds: [
        ['green', null],
        ['red', 0.1],
      ],
    })
      .span(12)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'CPU',
      description:
        'Seconds of CPU in a second, all processes of a service together. Sieving is the workers’ share.',
      unit: 'short',
      queries: [
        [
          '{{service}}',
          `sum by (service) (rate(process_cpu_seconds_total{${PROCESSES}, ${HERE}}[$__rate_interval]))`,
        ],
      ],
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Memory',
      description: 'Resident memory, the largest process of each service. It should not grow for days.',
      unit: 'bytes',
      queries: [['{{service}}', `max by (service) (process_resident_memory_bytes{${PROCESSES}, ${HERE}})`]],
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    coloured(
      bars({
        title: 'Webhook deliveries',
        description:
          'Delivered, tried again later, or given up after the last attempt. DeadLetterGrowth fires on the last.',
        unit: 'short',
        queries: [
          [
            '{{outcome}}',
            `sum by (outcome) (increase(prime_webhook_deliveries_total{${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
      [
        ['delivered', 'green'],
        ['retried', 'yellow'],
        ['dead', 'red'],
      ],
    )
      .span(8)
      .height(8),
  );
