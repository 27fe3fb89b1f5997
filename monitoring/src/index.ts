import type { MonitoredJob } from './dashboard.ts';
import { apiMetrics } from './dashboards/api-metrics.ts';
import { apiOverview } from './dashboards/api-overview.ts';
import { queueAndAutoscaling } from './dashboards/queue-and-autoscaling.ts';
import { redisMetrics } from './dashboards/redis-metrics.ts';

export { loadDashboard } from './load/dashboard.ts';
export {
  COMPLETION,
  filesIn,
  parseHistory,
  parseStats,
  recordLoad,
  SUBMISSION,
  type Replicas,
  type RequestStats,
} from './load/report.ts';
export type { DashboardJson } from './pictures/dashboard-json.ts';
export { recordPanel, type QueriedSeries, type Recording, type TimeRange } from './pictures/recording.ts';
export { renderDashboard } from './pictures/render-dashboard.ts';
export { renderTrace, type RecordedSpan } from './pictures/render-trace.ts';
export { namesIn, type Names } from './promql.ts';
export { parseRules, quicken, rulesYaml, type AlertRule, type RuleGroups } from './rules.ts';

/** The dashboards of a job as Grafana reads them. */
export function dashboards(job: MonitoredJob) {
  return [apiMetrics, apiOverview, redisMetrics, queueAndAutoscaling].map((build) => build(job));
}
