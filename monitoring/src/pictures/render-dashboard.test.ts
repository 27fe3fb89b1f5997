import { describe, expect, it } from '@jest/globals';
import { dashboards } from '../index.ts';
import { bars, coloured, gauge, lines, stacked, stat, type PanelSpec } from '../panels.ts';
import type { DashboardJson, PanelJson } from './dashboard-json.ts';
import type { RecordedPanel } from './recording.ts';
import { renderDashboard } from './render-dashboard.ts';

const SPEC: PanelSpec = {
  title: 'Widgets',
  description: 'How many.',
  unit: 's',
  width: 12,
  queries: [['a', 'x']],
};

/** A dashboard of one panel. */
function render(panel: { build(): unknown }, series: RecordedPanel): string {
  const built = panel.build() as PanelJson;
  const dashboard = { title: 'Factory', panels: [{ ...built, gridPos: { x: 0, y: 0, w: 12, h: 8 } }] };
  return renderDashboard(dashboard, { stepSeconds: 30, panels: { Widgets: series } });
}

const texts = (svg: string) =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, content = '']) => content);
const strokes = (svg: string, colour: string) =>
  Array.from(svg.matchAll(new RegExp(`d="(M[^"]*)" fill="none" stroke="${colour}"`, 'g')), ([, d = '']) => d);

const BLUE = '#5470c6';
const GREEN = '#3ba272';
const RED = '#d64550';

describe('a plot', () => {
  it('has its title, its legend, and its axes in their units', () => {
    const drawn = texts(render(lines(SPEC), { 'first & last': [0.1, 0.2, 0.1], b: [0.3] }));
    expect(drawn).toEqual(
      expect.arrayContaining([
        'Factory',
        'Widgets',
        'first &amp; last',
        'b',
        '0 s',
        '300 ms',
        '0:00',
        '0:30',
      ]),
    );
  });

  it('draws values to scale', () => {
    const [line = ''] = strokes(render(lines(SPEC), { a: [0, 1, 4, 2] }), BLUE);
    const points = Array.from(
      line.matchAll(/([\d.]+) ([\d.]+)/g),
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    const [x0, y0] = points[0] ?? [NaN, NaN];
    const [x1, y1] = points[1] ?? [NaN, NaN];
    const shares = points.map(([x, y]) => [(x - x0) / (x1 - x0), (y0 - y) / (y0 - y1)].map(Math.round));
    expect(shares).toEqual([
      [0, 0],
      [1, 1],
      [2, 4],
      [3, 2],
    ]);
  });

  it('breaks a line where points are missing', () => {
    const starts = (svg: string) => strokes(svg, BLUE).join().match(/M/g)?.length;
    expect(starts(render(lines(SPEC), { a: [1, 2, 3, 4, 5] }))).toBe(1);
    expect(starts(render(lines(SPEC), { a: [1, 2, null, 4, 5] }))).toBe(2);
  });

  it('shows a threshold once values come near it', () => {
    const panel = lines({
      ...SPEC,
      thresholds: { green: null, red: 60 },
    });
    expect(render(panel, { a: [1, 2] })).not.toContain('stroke-dasharray');
    expect(render(panel, { a: [1, 80] })).toMatch(
      new RegExp(`stroke="${RED}"[^>]* stroke-dasharray|stroke-dasharray[^>]* stroke="${RED}"`),
    );
  });

  it.each([
    ['areas', stacked(SPEC)],
    ['bars', bars(SPEC)],
  ])('stacks %s, with 0 for a missing value', (_, panel) => {
    const drawn = texts(render(panel, { a: [40, 40], b: [20, null] }));
    // Alone, 40 ends the axis at 40.
    expect(drawn).toContain('60 s');
    expect(texts(render(panel, { a: [40, 40] }))).not.toContain('60 s');
  });

  it('gives a series the colour that its name has', () => {
    const series = { 200: [1, 1], 503: [2, 2] };
    expect(strokes(render(coloured(lines(SPEC), { '5..': 'red' }), series), RED)).toHaveLength(1);
    expect(strokes(render(lines(SPEC), series), RED)).toEqual([]);
  });

  it('says that there is no data', () => {
    expect(texts(render(lines(SPEC), {}))).toEqual(expect.arrayContaining(['Factory', 'Widgets', 'No data']));
    expect(texts(render(lines(SPEC), { a: [1] }))).not.toContain('No data');
  });
});

describe('a stat panel', () => {
  const thresholds = { green: null, red: 10 };

  it.each([
    ['green', GREEN, 9],
    ['red', RED, 10],
  ])('has the last value, in %s by its threshold', (_, colour, value) => {
    const svg = render(stat({ ...SPEC, thresholds }), { a: [3, value, null] });
    expect(svg).toMatch(new RegExp(`fill="${colour}"[^>]*>${value} s<`));
  });

  it('names several values', () => {
    expect(texts(render(stat(SPEC), { a: [1], b: [2] }))).toContain('1 s a · 2 s b');
    expect(texts(render(stat(SPEC), { a: [1] }))).toContain('1 s');
  });
});

describe('renderDashboard()', () => {
  const built = (
    dashboards({ name: 'words', metricPrefix: 'word_count' }) as unknown as readonly DashboardJson[]
  )
    .map(({ title, panels }) => ({ title, panels: panels.filter(({ type }) => type !== 'gauge') }))
    .map((dashboard) => [dashboard.title, dashboard] as const);

  it.each(built)('renders %s, twice the same, in short lines', (_, dashboard) => {
    const series = (panel: PanelJson) =>
      Object.fromEntries(panel.targets.map(({ legendFormat }) => [legendFormat, [1, 2, 1]] as const));
    const panels = Object.fromEntries(dashboard.panels.map((panel) => [panel.title, series(panel)] as const));
    const svg = renderDashboard(dashboard, { stepSeconds: 30, panels });
    expect(texts(svg)).toEqual(
      expect.arrayContaining([dashboard.title, ...dashboard.panels.map(({ title }) => title)]),
    );
    expect(texts(svg)).not.toContain('No data');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(Math.max(...svg.split('\n').map(({ length }) => length))).toBeLessThan(250);
    expect(renderDashboard(dashboard, { stepSeconds: 30, panels })).toBe(svg);
  });

  it('refuses a panel that it cannot draw', () => {
    expect(() => render(gauge(SPEC), { a: [1] })).toThrow(
      new RangeError('Cannot draw a panel of type gauge'),
    );
  });

  it('refuses a recording without one of the panels', () => {
    expect(() => render(lines({ ...SPEC, title: 'Gadgets' }), { a: [1] })).toThrow(
      new RangeError('The recording has no panel Gadgets'),
    );
  });
});
