import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { colourAt, THEME } from './colours.ts';
import type { Panel } from './panel.ts';
import type { Frame } from './plot.ts';
import { newest, type Point, type Series } from './series.ts';
import { at, element, text, widthOf } from './svg.ts';
import { format } from './units.ts';

const LARGEST_FONT = 44;
/** The share of the height that the course of the value takes, below it. */
const COURSE = 0.4;

/** The newest value of each series, side by side, over its course. */
export function drawStat(panel: Panel, series: readonly Series[], frame: Frame): string {
  const width = frame.width / series.length;
  return series
    .map((one, i) => at(i * width, 0, drawOne(panel, one, { ...frame, width, named: series.length > 1 })))
    .join('');
}

function drawOne(
  panel: Panel,
  one: Series,
  { width, height, range, named }: Frame & { named: boolean },
): string {
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const value = newest(one) ?? 0;
  const colour = colourAt(value, thresholds.steps);
  const told = format(value, unit);
  const fits = (width - 16) / widthOf(told, 1);
  const font = Math.min(LARGEST_FONT, fits, height * 0.38);
  const name = { x: width / 2, y: 14, 'text-anchor': 'middle', 'font-size': 12, fill: THEME.text };
  const x = scaleLinear()
    .domain([range.from, range.to])
    .range([4, width - 4]);
  const highest = Math.max(...one.points.map(([, value]) => value)) || 1;
  const y = scaleLinear()
    .domain([0, highest])
    .range([height, height * (1 - COURSE)]);
  const edge = line<Point>(
    ([time]) => x(time),
    ([, value]) => y(value),
  ).digits(1);
  const below = area<Point>(
    ([time]) => x(time),
    height,
    ([, value]) => y(value),
  ).digits(1);
  return [
    element('path', { d: below([...one.points]) ?? '', fill: colour, 'fill-opacity': '0.15' }),
    element('path', {
      d: edge([...one.points]) ?? '',
      fill: 'none',
      stroke: colour,
      'stroke-opacity': '0.7',
    }),
    named ? text(one.name, name) : '',
    text(told, {
      x: width / 2,
      y: height * (named ? 0.52 : 0.45),
      'text-anchor': 'middle',
      'font-size': font,
      'font-weight': 600,
      fill: colour,
    }),
  ].join('');
}
