import { arc } from 'd3-shape';
import { colourAt, named, THEME } from './colours.ts';
import type { Panel } from './panel.ts';
import type { Frame } from './plot.ts';
import { newest, type Series } from './series.ts';
import { at, element, text, widthOf } from './svg.ts';
import { format } from './units.ts';

/** From the upright, to both sides: radians. */
const REACH = 1.95;

/** The newest value of each series on a scale with an end, side by side; the thin ring has the thresholds. */
export function drawGauge(panel: Panel, series: readonly Series[], { width, height }: Frame): string {
  const share = width / series.length;
  // What is above the middle of a circle, and below it as far as the ring and the name go.
  const radius = Math.min(share / 2 - 12, height / 1.75);
  const middle = (height - radius * 1.75) / 2 + radius;
  return series.map((one, i) => at(share * (i + 0.5), middle, drawOne(panel, one, radius))).join('');
}

function drawOne(panel: Panel, one: Series, radius: number): string {
  const { unit, min = 0, max = 1, thresholds } = panel.fieldConfig.defaults;
  const { steps } = thresholds;
  const value = newest(one) ?? min;
  const angle = (at: number) => -REACH + (2 * REACH * (Math.min(Math.max(at, min), max) - min)) / (max - min);
  const ring = (from: number, to: number, [inner, outer]: readonly [number, number]) =>
    arc().digits(1)({
      startAngle: from,
      endAngle: to,
      innerRadius: radius * inner,
      outerRadius: radius * outer,
    }) ?? '';
  const limits = steps.map(({ color, value: from }, i) =>
    element('path', {
      d: ring(angle(from ?? min), angle(steps[i + 1]?.value ?? max), [0.94, 1]),
      fill: named(color),
    }),
  );
  const told = format(value, unit);
  const font = Math.min(34, (radius * 1.15) / widthOf(told, 1));
  return [
    ...limits,
    element('path', { d: ring(-REACH, REACH, [0.68, 0.91]), fill: THEME.grid }),
    element('path', { d: ring(-REACH, angle(value), [0.68, 0.91]), fill: colourAt(value, steps) }),
    text(told, {
      'text-anchor': 'middle',
      y: font * 0.35,
      'font-size': font,
      'font-weight': 600,
      fill: colourAt(value, steps),
    }),
    text(one.name, { 'text-anchor': 'middle', y: radius * 0.62, 'font-size': 12, fill: THEME.text }),
  ].join('');
}
