import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { Download } from './parts.tsx';

export interface ChartProps {
  /** What it shows, for readers who cannot see it and for the file of its data. */
  readonly title: string;
  readonly x: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly xName: string;
  readonly yName: string;
  readonly kind?: 'lines' | 'bars';
  /** Whether x is seconds since the epoch. */
  readonly time?: boolean;
  readonly logX?: boolean;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- only the types of uPlot have this enum
const LOGARITHMIC = 3 as UPlot.Scale.Distr;

const compact = new Intl.NumberFormat(undefined, { notation: 'compact' });
/** Labels of a logarithmic axis; null where uPlot shows none. */
const powers = (_plot: UPlot, splits: readonly (number | null)[]): string[] =>
  splits.map((each) => (each === null ? '' : compact.format(each)));

/** Dashes tell the lines apart without their colours. */
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

/** A canvas must be painted again when it changes. */
const dark = matchMedia('(prefers-color-scheme: dark)');
export const isDark = signal(dark.matches);
dark.addEventListener('change', () => (isDark.value = dark.matches));

/** A chart by uPlot, and its data as CSV. */
export function Chart(props: ChartProps) {
  const { title, x, series, xName } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const data = [x, ...series.map(({ values }) => values)] as UPlot.AlignedData;
    const plot = new UPlot(optionsOf(props, element), data, element);
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: plot.height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [isDark.value, x, series]);
  const rows = (): unknown[][] => [
    [xName, ...series.map(({ name }) => name)],
    ...x.map((value, i) => [value, ...series.map(({ values }) => values[i])]),
  ];
  return (
    <figure>
      <div ref={box} role="img" aria-label={`Chart: ${title}`} />
      <SaveCsv file={`${title}.csv`} rows={rows} />
    </figure>
  );
}

interface SaveCsvProps {
  readonly file: string;
  readonly rows: () => readonly (readonly unknown[])[];
}

export function SaveCsv({ file, rows }: SaveCsvProps) {
  const read = () => new Blob([rows().join('\n'), '\n'], { type: 'text/csv' });
  return <Download name="Data as CSV" file={file} read={read} />;
}

function optionsOf(props: ChartProps, element: HTMLElement): UPlot.Options {
  const { series, kind = 'lines', time = false, logX = false } = props;
  const style = getComputedStyle(element);
  const { color } = style;
  const [line = '', accent = '', muted = '', bad = ''] = ['--line', '--accent', '--muted', '--bad'].map(
    (name) => style.getPropertyValue(name),
  );
  const font = `12px ${style.fontFamily}`;
  const lines = { stroke: line, width: 1 };
  const axis = { stroke: color, grid: lines, ticks: lines, font, labelFont: font, labelSize: 20 };
  const colours = [accent, color, muted, bad];
  const isBars = kind === 'bars';
  return {
    width: element.clientWidth,
    height: 220,
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: {
        time,
        ...(logX && { distr: LOGARITHMIC }),
        // Half a bar stands on each side of its value.
        ...(isBars && { range: (_plot, min, max) => [min - 1, max + 1] }),
      },
      y: isBars || time ? { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } : {},
    },
    axes: [
      { ...axis, label: props.xName, ...(logX && { grid: { show: false }, values: powers }) },
      { ...axis, label: props.yName, size: 64 },
    ],
    series: [
      { label: props.xName },
      ...series.map(({ name }, i) => ({
        label: name,
        stroke: colours[i] ?? color,
        width: isBars ? 0 : 2,
        dash: DASHES[i] ?? [],
        points: { show: false },
        ...(isBars && {
          fill: accent,
          paths: UPlot.paths.bars?.({ size: [0.8, 60] }) as UPlot.Series.PathBuilder,
        }),
      })),
    ],
  };
}
