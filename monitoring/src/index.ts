import { primeApiMetrics } from './dashboards/prime-api-metrics.ts';
import { primeApiOverview } from './dashboards/prime-api-overview.ts';
import { queueAndAutoscaling } from './dashboards/queue-and-autoscaling.ts';
import { redisMetrics } from './dashboards/redis-metrics.ts';

export { namesIn, type Names } from './promql.ts';
export { parseRules, quicken, type AlertRule, type RuleGroups } from './rules.ts';

/** The dashboards as Grafana reads them. */
export const DASHBOARDS = [primeApiMetrics, primeApiOverview, redisMetrics, queueAndAutoscaling].map(
  (builder) => builder.build(),
);
export { drawTrace, type DrawnSpan } from './trace-drawing.ts';
