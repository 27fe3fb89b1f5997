import type { SeriesOption } from 'echarts';
import type { DashboardJson, PanelJson } from './dashboard-json.ts';
import type { RecordedPanel, Recording } from './recording.ts';
import { COLOURS, renderSvg } from './svg.ts';
import { format } from './units.ts';

/** Pixels of a column and a row of Grafana's grid, and of the title. */
const [COLUMN, ROW, HEAD] = [50, 30, 44];
type Place = Readonly<Record<'index' | 'step' | 'seconds', number>>;
const LINES = { type: 'line', showSymbol: false, lineStyle: { width: 1.5 } } as const;
const BARS = { type: 'bar', large: true, largeThreshold: 0 } as const;
const TIME_STEPS = [30, 60, 120, 300, 600, 1_800, 3_600];

/**
 * Renders a dashboard as SVG from a recording: each panel at its place, with its title, unit, colours and thresholds.
 * A stat panel shows its last values.
 *
 * @throws {RangeError} If a panel has no recording, or a type other than `timeseries` and `stat`
 */
export function renderDashboard({ title, panels }: DashboardJson, recording: Recording): string {
  const points = Object.values(recording.panels).flatMap((series) => Object.values(series));
  const seconds = (Math.max(...points.map(({ length }) => length)) - 1) * recording.stepSeconds;
  const drawn = panels.map((panel) => {
    const { type, title } = panel;
    if (!['timeseries', 'stat'].includes(type)) throw new RangeError(`Cannot draw a panel of type ${type}`);
    const series = recording.panels[title];
    if (!series) throw new RangeError(`The recording has no panel ${title}`);
    return [panel, series] as const;
  });
  const plots = drawn
    .filter(([{ type }]) => type === 'timeseries')
    .map(([panel, series], index) => plotOf(panel, series, { index, seconds, step: recording.stepSeconds }));
  const titles = drawn.map(([panel, series]) => titleOf(panel, series));
  const rows = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  return renderSvg(24 * COLUMN, HEAD + rows * ROW, {
    title: [{ ...heading(title, 20), left: 12, top: 10 }, ...titles],
    grid: plots.map(({ grid }) => grid),
    xAxis: plots.map(({ xAxis }) => xAxis),
    yAxis: plots.map(({ yAxis }) => yAxis),
    legend: plots.map(({ legend }) => legend),
    series: plots.flatMap(({ series }) => series),
  });
}

function heading(text: string, fontSize: number) {
  return { text, padding: 0, textStyle: { fontSize, fontWeight: 'normal', color: '#333' } } as const;
}

/** The title of a panel; below it the last values of a stat panel, in the colour of the highest. */
function titleOf({ type, title, gridPos, fieldConfig }: PanelJson, recorded: RecordedPanel) {
  const { unit, thresholds } = fieldConfig.defaults;
  const last = Object.values(recorded).map((values) => values.findLast((value) => value !== null) ?? 0);
  const names = last.length > 1 ? Object.keys(recorded).map((name) => ` ${name}`) : [];
  const text = last.map((value, i) => format(value, unit) + (names[i] ?? '')).join(' · ');
  const reached = thresholds.steps.findLast(({ value }) => value === null || value <= Math.max(...last));
  return {
    ...{ ...heading(title, 14), left: gridPos.x * COLUMN + 12, top: HEAD + gridPos.y * ROW, itemGap: 20 },
    subtext: last.length === 0 ? 'No data' : type === 'stat' ? text : '',
    subtextStyle: { fontSize: 20, color: COLOURS[reached?.color ?? ''] ?? '#333' },
  };
}

function plotOf(panel: PanelJson, recorded: RecordedPanel, { index, step, seconds }: Place) {
  const { gridPos, fieldConfig } = panel;
  const { unit, custom = {}, thresholds } = fieldConfig.defaults;
  const [left, top] = [gridPos.x * COLUMN + 70, HEAD + gridPos.y * ROW + 30];
  const [width, height] = [gridPos.w * COLUMN - 90, gridPos.h * ROW - 90];
  const axis = { type: 'value', gridIndex: index, axisTick: { show: false } } as const;
  const minutes = (at: number) => `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`;
  const limits = custom.thresholdsStyle ? thresholds.steps.slice(1) : [];
  const marks = limits.map((at) => ({ yAxis: at.value, lineStyle: { color: COLOURS[at.color] } }));
  // Names of series are unique in a chart, not only in a panel.
  const id = (name: string) => `${index}/${name}`;
  return {
    grid: { left, top, width, height },
    xAxis: {
      ...{ ...axis, max: seconds, interval: TIME_STEPS.find((every) => seconds / every <= 10) ?? seconds },
      ...{ splitLine: { show: false }, axisLabel: { formatter: minutes, showMaxLabel: false } },
    },
    yAxis: { ...axis, splitNumber: 4, axisLabel: { formatter: (value: number) => format(value, unit) } },
    legend: {
      ...{ left, top: top + height + 26, width: width + 60, padding: 0, data: Object.keys(recorded).map(id) },
      ...{ icon: 'roundRect', itemWidth: 12, itemHeight: 6, itemGap: 18 },
      formatter: (name: string) => name.slice(name.indexOf('/') + 1),
    },
    series: Object.entries(recorded).map(([name, values], order) => ({
      ...{ name: id(name), xAxisIndex: index, yAxisIndex: index, color: colourOf(panel, name, order) },
      ...(custom.drawStyle === 'bars' ? BARS : LINES),
      areaStyle: { opacity: (custom.fillOpacity ?? 0) / 100 },
      ...(custom.stacking && { stack: id('') }),
      data: values.map((value, i) => [i * step, custom.stacking ? (value ?? 0) : value]),
      markLine: { symbol: 'none', label: { show: false }, data: marks },
    })) as SeriesOption[],
  };
}

/** The colour that the panel gives to a series by its name, or the next of the palette. */
function colourOf({ fieldConfig }: PanelJson, name: string, order: number): string | undefined {
  const isFor = ({ options }: { options?: unknown }) => new RegExp(`^(${String(options)})$`).test(name);
  const own = fieldConfig.overrides.find(({ matcher }) => isFor(matcher));
  const palette = Object.values(COLOURS);
  return COLOURS[own?.properties[0]?.value?.fixedColor ?? ''] ?? palette[order % palette.length];
}
