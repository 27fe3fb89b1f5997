import type { Panel, Threshold } from './panel.ts';
import type { Series } from './series.ts';

/** Grafana's dark theme, in which most look at it. */
export const THEME = {
  canvas: '#111217',
  panel: '#181b1f',
  border: '#2c3235',
  grid: '#2a2e33',
  text: '#d5d6dd',
  faint: '#9a9ba6',
} as const;

/** Grafana's classic palette: the colours of series, in turn. */
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#37872d',
  '#fade2a',
  '#96d98d',
];

const NAMED: Readonly<Record<string, string>> = {
  green: '#73bf69',
  yellow: '#fade2a',
  orange: '#ff9830',
  red: '#f2495c',
  blue: '#5794f2',
  purple: '#b877d9',
};

/** The colours of the series of a panel: what it says of their names, else the next of the palette. */
export function coloursOf({ fieldConfig: { overrides } }: Panel, series: readonly Series[]): string[] {
  return series.map(({ name }, index) => {
    // As Grafana does it: a whole name.
    const own = overrides.find(({ matcher }) => new RegExp(`^(${String(matcher.options)})$`).test(name));
    const fixed = own?.properties.find(({ id }) => id === 'color')?.value?.fixedColor;
    return fixed === undefined ? (PALETTE[index % PALETTE.length] ?? THEME.text) : named(fixed);
  });
}

/** A colour by the name that our dashboards give it. */
export function named(colour: string): string {
  return NAMED[colour] ?? colour;
}

/** The colour that a value has: of the last threshold that it has reached. */
export function colourAt(value: number, steps: readonly Threshold[]): string {
  const reached = steps.findLast((step) => step.value === null || value >= step.value);
  return named(reached?.color ?? THEME.text);
}
