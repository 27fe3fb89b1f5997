import { THEME } from './colours.ts';
import { drawGauge } from './gauge.ts';
import type { Board, Panel } from './panel.ts';
import { drawPlot, type Frame } from './plot.ts';
import type { Series, TimeRange } from './series.ts';
import { drawStat } from './stat.ts';
import { at, element, text } from './svg.ts';

/** Pixels of a column and a row of Grafana's grid. */
const COLUMN = 50;
const ROW = 34;
const GAP = 8;
const HEAD = 44;
const TITLE = 30;
const PADDING = 10;
const FONTS = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif";

const DRAWINGS: Readonly<Record<string, (panel: Panel, series: readonly Series[], frame: Frame) => string>> =
  {
    timeseries: drawPlot,
    stat: drawStat,
    gauge: drawGauge,
  };

/**
 * A dashboard as a picture (SVG): its panels where Grafana puts them, with its titles, units, legends and thresholds.
 *
 * @param series of each panel, in the order of the panels
 * @throws {RangeError} If a panel is of a kind that none of ours is
 */
export function drawBoard(board: Board, series: readonly (readonly Series[])[], range: TimeRange): string {
  const rows = Math.max(...board.panels.map(({ gridPos: { y, h } }) => y + h));
  const width = 24 * COLUMN + GAP;
  const height = HEAD + rows * ROW + GAP;
  const panels = board.panels.map((panel, i) => {
    const { x, y } = panel.gridPos;
    return at(x * COLUMN + GAP, HEAD + y * ROW, drawPanel(panel, series[i] ?? [], range));
  });
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': board.title,
      'font-family': FONTS,
    },
    element('rect', { width, height, fill: THEME.canvas }),
    text(board.title, { x: GAP + 4, y: 29, 'font-size': 20, 'font-weight': 500, fill: THEME.text }),
    // A line each, so that a change can be read.
    ...panels.map((panel) => `\n${panel}`),
    '\n',
  );
  return `${svg}\n`;
}

function drawPanel(panel: Panel, series: readonly Series[], range: TimeRange): string {
  const draw = DRAWINGS[panel.type];
  if (!draw) throw new RangeError(`\`type\` must be one of ours: received ${panel.type}`);
  const width = panel.gridPos.w * COLUMN - GAP;
  const height = panel.gridPos.h * ROW - GAP;
  const inner = { width: width - 2 * PADDING, height: height - TITLE - PADDING, range };
  const empty = text('No data', {
    x: inner.width / 2,
    y: inner.height / 2,
    'text-anchor': 'middle',
    'font-size': 14,
    fill: THEME.faint,
  });
  return [
    element('rect', { width, height, rx: 3, fill: THEME.panel, stroke: THEME.border }),
    text(panel.title, { x: PADDING, y: 21, 'font-size': 14, 'font-weight': 500, fill: THEME.text }),
    at(PADDING, TITLE, series.some(({ points }) => points.length > 0) ? draw(panel, series, inner) : empty),
  ].join('');
}
