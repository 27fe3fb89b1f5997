import { describe, expect, it } from '@jest/globals';
import { renderTrace, type RecordedSpan } from './render-trace.ts';

const span = (
  id: string,
  parentId: string | undefined,
  [start, duration]: [number, number],
): RecordedSpan => ({
  ...{ id, parentId, start, duration },
  service: `service of ${id}`,
  name: `<${id}>`,
});

describe('renderTrace()', () => {
  // As stores return them: in no order, and without the client's own span.
  const svg = renderTrace([
    span('late', 'first', [3_000, 1_000]),
    span('deep', 'early', [1_500, 100]),
    span('first', 'of the client', [1_000, 4_000]),
    span('early', 'first', [1_500, 500]),
  ]);

  it('has each span below its parent, siblings by their start', () => {
    const names = Array.from(
      svg.matchAll(/<text[^>]*?(?: x="(\d+)")? transform="translate\(12 (\d+)\)"[^>]*>&lt;(\w+)/g),
      ([, x = '0', y, name]) => [name, Number(x), Number(y)],
    );
    expect(names).toEqual([
      ['first', 0, 50],
      ['early', 14, 70],
      ['deep', 28, 90],
      ['late', 14, 110],
    ]);
  });

  it('draws from start to end, to scale, in the colour of the service', () => {
    const bars = Array.from(
      svg.matchAll(/d="M([\d.]+) \d+l([\d.]+) [^"]*" fill="(#\w+)"/g),
      ([, x, width, colour]) => [Number(x) - 200, Number(width), colour],
    );
    expect(bars).toEqual([
      [0, 600, '#5470c6'],
      [75, 75, '#f08c2e'],
      [75, 15, '#3ba272'],
      [300, 150, '#9a60b4'],
    ]);
  });

  it('says how long each took', () => {
    const times = Array.from(svg.matchAll(/>([\d.]+ ms)</g), ([, time]) => time);
    expect(times).toEqual(['4.0 ms', '0.5 ms', '0.1 ms', '1.0 ms']);
  });
});
