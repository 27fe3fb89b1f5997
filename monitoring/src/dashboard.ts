/* eslint-disable @typescript-eslint/no-deprecated -- The successor writes schema v2, which needs Grafana 12 or newer */
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, PROCESSES } from './panels.ts';

/** What dashboards need to know of a job; its definition has both. */
export interface MonitoredJob {
  readonly name: string;
  readonly metricPrefix: string;
}

export interface DashboardSpec {
  /** Part of the URL: links survive an upgrade. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tag: string;
}

/** Uid and title of a dashboard that names its job: `word-count-api-metrics` and `Word count API Metrics`. */
export function titled({ metricPrefix }: MonitoredJob, what: string): Pick<DashboardSpec, 'uid' | 'title'> {
  const title = [metricPrefix.replaceAll('_', ' '), what].join(' ');
  return {
    uid: title.toLowerCase().replaceAll(' ', '-'),
    title: title.charAt(0).toUpperCase() + title.slice(1),
  };
}

export type Panel = Parameters<DashboardBuilder['withPanel']>[0];

/** A dashboard with the two variables that all of ours have: the datasource and the namespace. */
export function dashboard(
  { uid, title, description, tag }: DashboardSpec,
  panels: readonly Panel[],
): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Datasource')
        .type('prometheus')
        .current({ text: 'VictoriaMetrics', value: 'VictoriaMetrics' }),
    )
    .withVariable(
      new QueryVariableBuilder('namespace')
        .label('Namespace')
        .datasource(DATASOURCE)
        .query(`label_values(up{${PROCESSES}}, namespace)`)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .includeAll(true)
        .allValue('.*')
        .current({ text: 'All', value: '$__all' }),
    );
  for (const panel of panels) builder.withPanel(panel);
  return builder.build();
}
