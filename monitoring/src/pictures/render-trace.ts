import { renderSvg } from './svg.ts';

/** A span of a trace; times in microseconds. */
export interface RecordedSpan {
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly service: string;
  readonly name: string;
  readonly start: number;
  readonly duration: number;
}

type Row = RecordedSpan & { readonly depth: number };
const [ROW, INDENT, NAMES, BARS, HEAD] = [20, 14, 200, 600, 40];

/** Renders a trace as SVG: a row for each span, below its parent, with a bar from its start to its end. */
export function renderTrace(spans: readonly RecordedSpan[]): string {
  const rows = inOrder(spans);
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  const services = [...new Set(rows.map(({ service }) => service))];
  const milliseconds = ({ value }: { value?: unknown }) => `${(Number(value) / 1_000).toFixed(1)} ms`;
  const label = { show: true, position: 'right', formatter: milliseconds } as const;
  const bar = { type: 'bar', stack: 'span', barWidth: '60%' } as const;
  const indent = (depth: number) => ({ padding: [0, 0, 0, depth * INDENT] });
  const rich = Object.fromEntries(rows.map(({ depth }) => [`d${depth}`, indent(depth)]));
  return renderSvg(NAMES + BARS + 80, HEAD + rows.length * ROW + 8, {
    grid: { left: NAMES, top: HEAD, width: BARS, height: rows.length * ROW },
    legend: { left: 12, top: 12, padding: 0, data: services },
    xAxis: { type: 'value', show: false, max: end - start },
    yAxis: {
      ...{ type: 'category', inverse: true, axisLine: { show: false }, axisTick: { show: false } },
      data: rows.map(({ name, depth }) => `{d${depth}|${name}}`),
      axisLabel: { align: 'left', margin: NAMES - 12, color: '#333', rich },
    },
    series: [
      // The space before each bar.
      { ...bar, color: 'transparent', data: rows.map((span) => span.start - start) },
      ...services.map((name) => ({
        ...{ ...bar, name, label },
        data: rows.map(({ service, duration }) => (service === name ? duration : null)),
      })),
    ],
  });
}

/** Each span before its children, siblings by their start. */
function inOrder(spans: readonly RecordedSpan[], parent?: RecordedSpan, depth = 0): Row[] {
  const isChild = ({ parentId }: RecordedSpan) => spans.find(({ id }) => id === parentId) === parent;
  const children = spans.filter(isChild).toSorted((a, b) => a.start - b.start);
  return children.flatMap((span) => [{ ...span, depth }, ...inOrder(spans, span, depth + 1)]);
}
