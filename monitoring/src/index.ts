import { primeApiMetrics } from './dashboards/prime-api-metrics.ts';
import { primeApiOverview } from './dashboards/prime-api-overview.ts';
import { queueAndAutoscaling } from './dashboards/queue-and-autoscaling.ts';
import { redisMetrics } from './dashboards/redis-metrics.ts';

export { COMPLETION, drawLoad, SUBMISSION, type Replicas } from './load/picture.ts';
export { filesIn, parseHistory, parseStats, type Measured } from './load/report.ts';
export { ask, type Answer } from './pictures/ask.ts';
export { drawBoard } from './pictures/board.ts';
export type { Board } from './pictures/panel.ts';
export type { Series, TimeRange } from './pictures/series.ts';
export { namesIn, type Names } from './promql.ts';
export { parseRules, quicken, type AlertRule, type RuleGroups } from './rules.ts';

/** The dashboards as Grafana reads them. */
export const DASHBOARDS = [primeApiMetrics, primeApiOverview, redisMetrics, queueAndAutoscaling].map(
  (builder) => builder.build(),
);
export { drawTrace, type DrawnSpan } from './trace-drawing.ts';
