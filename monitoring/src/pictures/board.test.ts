import { describe, expect, it } from '@jest/globals';
import { DASHBOARDS } from '../index.ts';
import { bars, coloured, gauge, lines, stacked, stat, type PanelSpec } from '../panels.ts';
import { drawBoard } from './board.ts';
import type { Board, Panel } from './panel.ts';
import type { Series } from './series.ts';

const RANGE = { from: 1_000, to: 1_060, step: 10 };
const SPEC: PanelSpec = { title: 'Widgets', description: 'How many.', unit: 's', queries: [['a', 'x']] };

const series = (name: string, ...values: readonly number[]): Series => ({
  name,
  points: values.map((value, i) => [RANGE.from + i * RANGE.step, value] as const),
});

/** One panel, as large as it comes. */
function draw(panel: { build(): unknown }, ...of: readonly Series[]): string {
  const built = panel.build() as Panel;
  const board = { title: 'Board', panels: [{ ...built, gridPos: { x: 0, y: 0, w: 12, h: 8 } }] };
  return drawBoard(board, [of], RANGE);
}

const texts = (svg: string) =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, content = '']) => content);

describe('a plot', () => {
  it('has its title, its legend, and its axes in their units', () => {
    const drawn = texts(draw(lines(SPEC), series('first & last', 0.1, 0.2), series('b', 0.3)));
    expect(drawn).toEqual(
      expect.arrayContaining(['Board', 'Widgets', 'first &amp; last', 'b', '0 s', '300 ms', '0:00', '1:00']),
    );
  });

  it('breaks a line where points are missing', () => {
    const whole = series('a', 1, 2, 3, 4, 5);
    const broken = { ...whole, points: whole.points.filter((_, i) => i !== 2) };
    const starts = (svg: string) => /<path d="(M[^"]*)" fill="none"/.exec(svg)?.[1]?.match(/M/g)?.length;
    expect(starts(draw(lines(SPEC), whole))).toBe(1);
    expect(starts(draw(lines(SPEC), broken))).toBe(2);
  });

  it('shows a threshold once values come near it', () => {
    const panel = lines({
      ...SPEC,
      thresholds: [
        ['green', null],
        ['red', 60],
      ],
    });
    expect(draw(panel, series('a', 1, 2))).not.toContain('stroke-dasharray');
    expect(draw(panel, series('a', 1, 80))).toContain('stroke-dasharray');
  });

  it.each([
    ['areas', stacked(SPEC)],
    ['bars', bars(SPEC)],
  ])('puts %s on top of each other, one that is missing as 0', (_, panel) => {
    const drawn = texts(draw(panel, series('a', 40, 40), series('b', 20)));
    // Alone, 40 would end the axis at 40.
    expect(drawn).toContain('1 min');
    expect(texts(draw(panel, series('a', 40, 40)))).not.toContain('1 min');
  });

  it('gives a series the colour that its name has', () => {
    const svg = draw(coloured(lines(SPEC), [['5..', 'red']]), series('200', 1), series('503', 2));
    expect(svg).toContain('stroke="#f2495c"');
    expect(draw(lines(SPEC), series('200', 1), series('503', 2))).not.toContain('stroke="#f2495c"');
  });

  it('says so when there is nothing to draw', () => {
    expect(texts(draw(lines(SPEC)))).toEqual(['Board', 'Widgets', 'No data']);
  });
});

describe('a number', () => {
  const thresholds = [
    ['green', null],
    ['red', 10],
  ] as const;

  it.each([
    ['green', '#73bf69', 9],
    ['red', '#f2495c', 10],
  ])('is %s by its threshold, and the newest', (_, colour, value) => {
    const svg = draw(stat({ ...SPEC, thresholds }), series('a', 3, value));
    expect(svg).toMatch(new RegExp(`fill="${colour}">${value} s<`));
  });

  it('has a name where there are several', () => {
    expect(texts(draw(stat(SPEC), series('a', 1), series('b', 2)))).toEqual(
      expect.arrayContaining(['a', '1 s', 'b', '2 s']),
    );
    expect(texts(draw(stat(SPEC), series('a', 1)))).not.toContain('a');
  });

  it('fills a gauge as far as it goes', () => {
    const panel = gauge({ ...SPEC, thresholds }).max(20);
    const filled = (value: number) => draw(panel, series('a', value));
    expect(texts(filled(5))).toEqual(expect.arrayContaining(['a', '5 s']));
    expect(filled(5)).not.toBe(filled(6));
    // What is beyond the end looks as the end does.
    expect(filled(20).replaceAll('20 s', '')).toBe(filled(30).replaceAll('30 s', ''));
  });
});

describe('drawBoard()', () => {
  const boards = DASHBOARDS.map((board) => [board.title, board as unknown as Board] as const);

  it.each(boards)('draws %s, twice the same', (_, board) => {
    const of = board.panels.map(({ targets }) =>
      targets.map(({ legendFormat }) => series(legendFormat, 1, 2, 1)),
    );
    const svg = drawBoard(board, of, RANGE);
    expect(texts(svg)).toEqual(
      expect.arrayContaining([board.title, ...board.panels.map(({ title }) => title)]),
    );
    expect(texts(svg)).not.toContain('No data');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(drawBoard(board, of, RANGE)).toBe(svg);
  });

  it('refuses a panel that it cannot draw', () => {
    const panel = { build: () => ({ ...lines(SPEC).build(), type: 'heatmap' }) };
    expect(() => draw(panel, series('a', 1))).toThrow(
      new RangeError('`type` must be one of ours: received heatmap'),
    );
  });
});
