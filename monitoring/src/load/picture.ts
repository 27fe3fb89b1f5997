import { lines, type PanelSpec } from '../panels.ts';
import { drawBoard } from '../pictures/board.ts';
import type { Panel } from '../pictures/panel.ts';
import type { Series } from '../pictures/series.ts';
import { stairs } from '../pictures/stairs.ts';
import type { Moment } from './report.ts';

const WIDTH = 24;
const HEIGHT = 7;
/** The names that locustfile.py gives to what a client waits for. */
export const SUBMISSION = 'POST /tasks';
export const COMPLETION = 'submitted to done';

/** How many workers there were at a time, and were wanted. */
export interface Replicas {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly wanted: number;
  readonly ready: number;
}

export interface Load {
  readonly history: readonly Moment[];
  /** Changes, the first at or before the load. */
  readonly replicas: readonly Replicas[];
}

const PANELS: readonly PanelSpec[] = [
  {
    title: 'Workers',
    description: 'Replicas that the autoscaler wants, and those that are ready.',
    unit: 'short',
    queries: [],
  },
  { title: 'Tasks done', description: 'In a second, as the clients saw it.', unit: 'ops', queries: [] },
  { title: 'Submission, p95', description: 'Of the ten seconds before.', unit: 's', queries: [] },
  {
    title: 'From the submission to done, p95',
    description: 'Of the ten seconds before.',
    unit: 's',
    queries: [],
  },
];

/** A load from end to end as a picture (SVG): how workers followed it, and what clients felt. */
export function drawLoad({ history, replicas }: Load): string {
  const ends = [...history, ...replicas].map(({ at }) => at);
  const range = { from: Math.min(...ends), to: Math.max(...ends), step: 2 };
  const of = (name: string, read: (moment: Moment) => number | undefined): Series => ({
    name,
    points: history.flatMap((moment) => {
      const value = moment.name === name ? read(moment) : undefined;
      return value === undefined ? [] : [[moment.at, value] as const];
    }),
  });
  const series: Series[][] = [
    (['wanted', 'ready'] as const).map((name) => {
      const changes = replicas.map((change) => [change.at, change[name]] as const);
      return { name, points: stairs(changes, range.to) };
    }),
    [of(COMPLETION, ({ perSecond }) => perSecond)],
    [of(SUBMISSION, ({ p95 }) => p95)],
    [of(COMPLETION, ({ p95 }) => p95)],
  ];
  const panels = PANELS.map((spec, i) => ({
    // The types of Grafana's SDK leave open what our panels always have.
    ...(lines(spec).build() as unknown as Panel),
    gridPos: { x: 0, y: i * HEIGHT, w: WIDTH, h: HEIGHT },
  }));
  return drawBoard({ title: 'Load', panels }, series, range);
}
