import { THEME } from './colours.ts';
import type { Series } from './series.ts';
import { element, text, widthOf } from './svg.ts';

const FONT = 11;
export const ROW_HEIGHT = 17;
const SWATCH = 14;
const GAP = 14;

export interface Legend {
  readonly drawing: string;
  readonly height: number;
}

/** The names of the series in their colours, in as many rows as they need. */
export function drawLegend(series: readonly Series[], colours: readonly string[], width: number): Legend {
  const parts: string[] = [];
  let x = 0;
  let y = 0;
  for (const [index, { name }] of series.entries()) {
    const needed = SWATCH + 5 + widthOf(name, FONT);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += ROW_HEIGHT;
    }
    parts.push(
      element('rect', { x, y: y + 6, width: SWATCH, height: 4, rx: 2, fill: colours[index] ?? '' }),
      text(name, { x: x + SWATCH + 5, y: y + 12, 'font-size': FONT, fill: THEME.faint }),
    );
    x += needed + GAP;
  }
  return { drawing: parts.join(''), height: y + ROW_HEIGHT };
}
