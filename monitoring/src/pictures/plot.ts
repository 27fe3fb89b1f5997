import { area, line, stack } from 'd3-shape';
import { drawAxes, LEFT, type Axes } from './axes.ts';
import { coloursOf, named } from './colours.ts';
import { drawLegend } from './legend.ts';
import type { Panel } from './panel.ts';
import type { Point, Series, TimeRange } from './series.ts';
import { at, element } from './svg.ts';

/** A series as it is drawn: for each time where it begins and where it ends. NaN where there is a gap. */
type Band = readonly (readonly [seconds: number, from: number, to: number])[];

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly range: TimeRange;
}

/** Series over time, as lines, as stacked areas or as stacked bars. */
export function drawPlot(panel: Panel, series: readonly Series[], { width, height, range }: Frame): string {
  const { unit, min, max, custom = {}, thresholds } = panel.fieldConfig.defaults;
  const colours = coloursOf(panel, series);
  const legend = panel.options.legend?.showLegend
    ? drawLegend(series, colours, width - LEFT)
    : { drawing: '', height: 0 };
  const stacked = custom.stacking?.mode === 'normal';
  const bands = stacked ? stackedUp(series) : series.map(({ points }) => plain(points, range.step));
  const values = bands.flat().flatMap(([, from, to]) => (stacked ? [from, to] : [to]));
  const drawn = values.filter((value) => !Number.isNaN(value));
  // 0 is always to be seen; where there is nothing else, up to 1.
  const most = max ?? Math.max(0, ...drawn);
  const plot = height - legend.height - 4;
  const axes = drawAxes({
    width,
    height: plot,
    range,
    values: [min ?? Math.min(0, ...drawn), most === 0 ? 1 : most],
    unit,
  });
  const opacity = (custom.fillOpacity ?? 0) / 100;
  const draw = custom.drawStyle === 'bars' ? drawBars : drawLine;
  const marks = bands.map((band, index) =>
    draw(band, axes, { colour: colours[index] ?? '', opacity, step: range.step }),
  );
  const limits = custom.thresholdsStyle ? thresholds.steps.map((step) => drawLimit(step, axes, width)) : [];
  return axes.drawing + marks.join('') + limits.join('') + at(LEFT, plot + 4, legend.drawing);
}

interface Look {
  readonly colour: string;
  readonly opacity: number;
  readonly step: number;
}

function drawLine(band: Band, { x, y }: Axes, { colour, opacity }: Look): string {
  const there = ([, , to]: Band[number]) => !Number.isNaN(to);
  const edge = line<Band[number]>()
    .defined(there)
    .x(([time]) => x(time))
    .y(([, , to]) => y(to))
    .digits(1);
  const below = area<Band[number]>()
    .defined(there)
    .x(([time]) => x(time))
    .y0(([, from]) => y(from))
    .y1(([, , to]) => y(to))
    .digits(1);
  return [
    element('path', { d: below([...band]) ?? '', fill: colour, 'fill-opacity': String(opacity) }),
    element('path', { d: edge([...band]) ?? '', fill: 'none', stroke: colour, 'stroke-width': '1.5' }),
  ].join('');
}

function drawBars(band: Band, { x, y }: Axes, { colour, opacity, step }: Look): string {
  const width = (x(step) - x(0)) * 0.7;
  const bars = band
    .filter(([, from, to]) => to > from)
    .map(([time, from, to]) => {
      const left = (x(time) - width / 2).toFixed(1);
      return `M${left} ${y(from).toFixed(1)}V${y(to).toFixed(1)}h${width.toFixed(1)}V${y(from).toFixed(1)}z`;
    });
  return element('path', { d: bars.join(''), fill: colour, 'fill-opacity': String(opacity) });
}

/** A threshold that the plot reaches to. */
function drawLimit(
  { color, value }: { color: string; value: number | null },
  { y }: Axes,
  width: number,
): string {
  const [, top = 0] = y.domain();
  if (value === null || value > top) return '';
  return element('path', {
    d: `M${LEFT} ${y(value).toFixed(1)}H${width}`,
    stroke: named(color),
    'stroke-width': '1.5',
    'stroke-dasharray': '8 6',
  });
}

/** One series by itself, with a gap where points are missing. */
function plain(points: readonly Point[], step: number): Band {
  return points.flatMap(([time, value], i) => {
    const before = points[i - 1];
    const gap = before !== undefined && time - before[0] > step * 1.5;
    const point = [time, 0, value] as const;
    return gap ? [[time - step, NaN, NaN] as const, point] : [point];
  });
}

/** Each series on top of those before it; one that has no point at a time is 0 there. */
function stackedUp(series: readonly Series[]): Band[] {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  );
  const values = series.map(({ points }) => new Map(points));
  const bands = stack<unknown, number, number>()
    .keys(series.keys())
    .value((time, index) => values[index]?.get(time) ?? 0)(times);
  return bands.map((band) => band.map(([from, to], i) => [times[i] ?? NaN, from, to] as const));
}
