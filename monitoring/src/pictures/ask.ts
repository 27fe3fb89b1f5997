import type { Panel } from './panel.ts';
import type { Series } from './series.ts';

/** A series as Prometheus gives it. */
export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: Series['points'];
}

/** Over how long rates are taken, which Grafana decides by the width of the screen, and of which installations. */
const VARIABLES = { $__rate_interval: '15s', $namespace: '.*' } as const;

/** The series of a panel, named as its legends say. `query` answers PromQL. */
export async function ask(
  { targets }: Panel,
  query: (expr: string) => Promise<readonly Answer[]>,
): Promise<Series[]> {
  const series = targets.map(async ({ expr, legendFormat }) => {
    const answers = await query(filledIn(expr));
    return answers.map(({ labels, points }) => ({ name: legend(legendFormat, labels), points }));
  });
  return (await Promise.all(series)).flat();
}

function filledIn(expr: string): string {
  return Object.entries(VARIABLES).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}

function legend(format: string, labels: Answer['labels']): string {
  return format.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
}
