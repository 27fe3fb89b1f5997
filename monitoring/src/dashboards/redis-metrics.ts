import { dashboard } from '../dashboard.ts';
import { gauge, HERE, lines } from '../panels.ts';

/** What the work consists of; blocking reads are not in it, since waiting is their purpose. */
const WORK = 'cmd=~"evalsha|hgetall|hset|mget|set"';

/** The two Redis, through the exporter beside each. */
export const redisMetrics = dashboard({
  uid: 'redis-metrics',
  title: 'Redis Metrics',
  description: 'The Redis of the queue and the one of the prime store.',
})
  .withPanel(
    gauge({
      title: 'Connected clients',
      description:
        'Connections to each Redis. About six for each api, worker and gateway; a number that only grows is a leak. Redis refuses above 10,000.',
      unit: 'short',
      queries: [['{{service}}', `sum by (service) (redis_connected_clients{${HERE}})`]],
      thresholds: [
        ['green', null],
        ['yellow', 5_000],
        ['red', 9_000],
      ],
    })
      .max(10_000)
      .span(8)
      .height(8),
  )
  .withPanel(
    gauge({
      title: 'Memory used',
      description:
        'What Redis holds. The store is bounded by MAX_N (68 MB at the default), the queue by MAX_QUEUED and the retention.',
      unit: 'bytes',
      queries: [['{{service}}', `sum by (service) (redis_memory_used_bytes{${HERE}})`]],
      thresholds: [
        ['green', null],
        ['yellow', 768 * 2 ** 20],
        ['red', 896 * 2 ** 20],
      ],
    })
      .max(2 ** 30)
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Commands',
      description:
        'Commands carried out in a second. One Redis is a single thread: the queue’s ends near 100,000.',
      unit: 'ops',
      queries: [
        ['{{service}}', `sum by (service) (rate(redis_commands_processed_total{${HERE}}[$__rate_interval]))`],
      ],
    })
      .span(8)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Keys per database',
      description: 'A key for each task that is kept and for each segment of the store.',
      unit: 'short',
      queries: [['{{service}} {{db}}', `sum by (service, db) (redis_db_keys{${HERE}}) > 0`]],
    })
      .span(12)
      .height(8),
  )
  .withPanel(
    lines({
      title: 'Command latency',
      description:
        'Mean time that Redis itself spends on the commands that carry the work: `evalsha` is a script of BullMQ or a lease, `set` and `mget` write and read segments. Milliseconds mean a busy CPU, or a disk that is waited for.',
      unit: 's',
      queries: [
        [
          '{{service}} {{cmd}}',
          `sum by (service, cmd) (rate(redis_commands_duration_seconds_total{${WORK}, ${HERE}}[$__rate_interval])) / sum by (service, cmd) (rate(redis_commands_total{${WORK}, ${HERE}}[$__rate_interval]))`,
        ],
      ],
    })
      .span(12)
      .height(8),
  );
