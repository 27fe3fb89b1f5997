/** A span as a drawing needs it; times in microseconds. */
export interface DrawnSpan {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly service: string;
  readonly name: string;
  readonly start: number;
  readonly duration: number;
}

const ROW = 17;
const NAMES = 330;
const BARS = 540;
const MARGIN = 12;
const COLOURS = ['#2f6fb3', '#c2571a', '#3c8a4e', '#7a4fa3'];
/** No bar is thinner, or it would not be seen. */
const THINNEST = 1.5;

/** A trace as an SVG: a line for each span, beneath its parent, from its start to its end. */
export function drawTrace(spans: readonly DrawnSpan[]): string {
  const rows = inOrder(spans);
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  const scale = BARS / Math.max(end - start, 1);
  const services = [...new Set(rows.map(({ span }) => span.service))];
  const colourOf = (service: string) => COLOURS[services.indexOf(service) % COLOURS.length] ?? '';
  const width = NAMES + BARS + 90;
  const height = MARGIN * 2 + ROW * (rows.length + 1);

  const legend = services.map(
    (service, i) =>
      `<text x="${MARGIN + i * 110}" y="${MARGIN + 11}" fill="${colourOf(service)}" font-weight="bold">${escape(service)}</text>`,
  );
  const lines = rows.map(({ span, depth }, i) => {
    const y = MARGIN + ROW * (i + 1);
    const x = NAMES + (span.start - start) * scale;
    const length = Math.max(span.duration * scale, THINNEST);
    const name = `<text x="${MARGIN + depth * 14}" y="${y + 12}">${escape(span.name)}</text>`;
    const bar = `<rect x="${x.toFixed(1)}" y="${y + 4}" width="${length.toFixed(1)}" height="${ROW - 7}" fill="${colourOf(span.service)}"/>`;
    const time = `<text x="${(x + length + 5).toFixed(1)}" y="${y + 12}" fill="#667">${milliseconds(span.duration)}</text>`;
    return name + bar + time;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...legend,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

interface Row {
  readonly span: DrawnSpan;
  readonly depth: number;
}

/** Each span before what is beneath it, siblings by their start. */
function inOrder(spans: readonly DrawnSpan[]): Row[] {
  const known = new Set(spans.map(({ id }) => id));
  const below = (parentId: string | undefined, depth: number): Row[] =>
    spans
      .filter((span) => (known.has(span.parentId ?? '') ? span.parentId : undefined) === parentId)
      .toSorted((a, b) => a.start - b.start)
      .flatMap((span) => [{ span, depth }, ...below(span.id, depth + 1)]);
  return below(undefined, 0);
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1_000).toFixed(microseconds < 9_950 ? 1 : 0)} ms`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
