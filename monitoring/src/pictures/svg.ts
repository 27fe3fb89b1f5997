import { init, type EChartsOption } from 'echarts';

/** Grafana's names of colours. Series without a colour of their own take them in this order. */
export const COLOURS: Readonly<Record<string, string>> = {
  blue: '#5470c6',
  orange: '#f08c2e',
  green: '#3ba272',
  purple: '#9a60b4',
  yellow: '#e6b422',
  red: '#d64550',
};

/** Renders a chart as SVG without what only a pointer needs. The same chart gives the same text, in short lines. */
export function renderSvg(width: number, height: number, option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, backgroundColor: '#fff', color: Object.values(COLOURS), ...option });
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose(); // Otherwise a timer keeps the process alive.
  return (
    svg
      .replace(/<style[^]*<\/style>\n?/, '')
      .replace(/ (class|pointer-events|xmlns:xlink|xml:space|baseProfile|ecmeta_\w+)="[^"]*"/g, '')
      // ECharts numbers the charts of a process.
      .replace(/\bzr\d+-/g, '')
      .replace(/"[^"]*"/g, (text) => text.replace(/\d+\.\d\d+/g, (number) => `${+Number(number).toFixed(1)}`))
      .replace(/ d="[^"]*"/g, (path) => path.replace(/.{80,}?(?=[A-Za-z])/g, '$&\n'))
      // Not every renderer knows the property.
      .replaceAll('dominant-baseline="central"', 'dy="0.35em"')
      .replace(/><\/(path|rect)>/g, '/>')
  );
}
