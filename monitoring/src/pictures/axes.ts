import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { THEME } from './colours.ts';
import type { TimeRange } from './series.ts';
import { element, text } from './svg.ts';
import { format, sizeOf } from './units.ts';

const FONT = 11;
/** Room for the labels at the left and at the bottom. */
export const LEFT = 74;
export const BOTTOM = 20;
/** Pixels that a label of the time needs. */
const LABEL_WIDTH = 60;
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

export type Scale = ScaleLinear<number, number>;

export interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly drawing: string;
}

export interface AxesSpec {
  readonly width: number;
  readonly height: number;
  readonly range: TimeRange;
  /** The largest value, and the least. */
  readonly values: readonly [least: number, most: number];
  readonly unit: string;
}

/** The scales of a plot, with their grid and labels. Times are minutes and seconds from the left end. */
export function drawAxes({ width, height, range, values, unit }: AxesSpec): Axes {
  const [least, most] = values;
  const [size] = sizeOf(most, unit);
  // In the unit of the labels, so that these are round numbers of it.
  const round = scaleLinear()
    .domain([least / size, most / size])
    .nice(4);
  const y = scaleLinear()
    .domain(round.domain().map((value) => value * size))
    .range([height - BOTTOM, 6]);
  const x = scaleLinear().domain([range.from, range.to]).range([LEFT, width]);
  const rows = round.ticks(4).map((value) => {
    const place = y(value * size);
    return [
      element('path', { d: `M${LEFT} ${place.toFixed(1)}H${width}`, stroke: THEME.grid }),
      text(format(value * size, unit), {
        x: LEFT - 8,
        y: place + 4,
        'text-anchor': 'end',
        'font-size': FONT,
        fill: THEME.faint,
      }),
    ];
  });
  const columns = times(range, width - LEFT).map((time) => {
    const place = x(range.from + time);
    const minutes = `${Math.floor(time / 60)}:${String(time % 60).padStart(2, '0')}`;
    return [
      element('path', { d: `M${place.toFixed(1)} 6V${height - BOTTOM}`, stroke: THEME.grid }),
      text(minutes, {
        x: place,
        y: height - 4,
        'text-anchor': 'middle',
        'font-size': FONT,
        fill: THEME.faint,
      }),
    ];
  });
  return { x, y, drawing: [...rows, ...columns].flat().join('') };
}

/** Round times since the beginning, as many as there is room for. */
function times({ from, to }: TimeRange, width: number): number[] {
  const length = to - from;
  const step = TIME_STEPS.find((candidate) => (length / candidate) * LABEL_WIDTH <= width) ?? length;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}
