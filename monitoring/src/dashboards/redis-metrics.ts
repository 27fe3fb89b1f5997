import { dashboard, type MonitoredJob } from '../dashboard.ts';
import { gauge, HERE, lines } from '../panels.ts';

/** Blocking reads are excluded: waiting is their purpose. */
const WORK = 'cmd=~"evalsha|hgetall|hset|mget|set"';

/** Both Redis instances, through the exporter of each. */
export function redisMetrics(job: MonitoredJob) {
  return dashboard(
    {
      uid: 'redis-metrics',
      title: 'Redis Metrics',
      tag: job.name,
      description: "The Redis instances of the queue and of the job's data.",
    },
    [
      gauge({
        title: 'Connected clients',
        description:
          'Connections to each Redis: about six for each api, worker and gateway. Steady growth is a leak. Redis refuses connections above 10,000.',
        unit: 'short',
        width: 8,
        queries: [['{{service}}', `sum by (service) (redis_connected_clients{${HERE}})`]],
        thresholds: { green: null, yellow: 5_000, red: 9_000 },
      }).max(10_000),
      gauge({
        title: 'Memory used',
        description: 'Memory in use. MAX_QUEUED and the retention bound the queue.',
        unit: 'bytes',
        width: 8,
        queries: [['{{service}}', `sum by (service) (redis_memory_used_bytes{${HERE}})`]],
        thresholds: { green: null, yellow: 768 * 2 ** 20, red: 896 * 2 ** 20 },
      }).max(2 ** 30),
      lines({
        title: 'Commands',
        description:
          'Commands per second. Redis is single-threaded: about 100,000 is the limit of the queue.',
        unit: 'ops',
        width: 8,
        queries: [
          [
            '{{service}}',
            `sum by (service) (rate(redis_commands_processed_total{${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
      lines({
        title: 'Keys per database',
        description: "One key for each task that is kept, and the keys of the job's data.",
        unit: 'short',
        width: 12,
        queries: [['{{service}} {{db}}', `sum by (service, db) (redis_db_keys{${HERE}}) > 0`]],
      }),
      lines({
        title: 'Command latency',
        description:
          'Mean execution time in Redis: `evalsha` is a script of BullMQ, `set` and `mget` write and read values. Milliseconds indicate a busy CPU or a slow disk.',
        unit: 's',
        width: 12,
        queries: [
          [
            '{{service}} {{cmd}}',
            `sum by (service, cmd) (rate(redis_commands_duration_seconds_total{${WORK}, ${HERE}}[$__rate_interval])) / sum by (service, cmd) (rate(redis_commands_total{${WORK}, ${HERE}}[$__rate_interval]))`,
          ],
        ],
      }),
    ],
  );
}
