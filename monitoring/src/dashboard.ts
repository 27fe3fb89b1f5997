/* eslint-disable @typescript-eslint/no-deprecated -- Its successor writes schema v2, which only a Grafana of 12 or newer can read */
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, PROCESSES } from './panels.ts';

export interface DashboardSpec {
  /** Part of its address; links to it survive an upgrade. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

/** A dashboard with the two choices that all of ours offer: where the data is, and of which installation. */
export function dashboard({ uid, title, description }: DashboardSpec): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['primes'])
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
}
