import { describe, expect, it } from '@jest/globals';
import { drawTrace, type DrawnSpan } from './trace-drawing.ts';

const span = (id: string, parentId: string | undefined, [start, duration]: [number, number]): DrawnSpan => ({
  ...{ id, parentId, start, duration },
  service: `service of ${id}`,
  name: `<${id}>`,
});

describe('drawTrace()', () => {
  // As stores give them: in no order, and without the client's own span.
  const svg = drawTrace([
    span('late', 'first', [3_000, 1_000]),
    span('deep', 'early', [1_500, 100]),
    span('first', 'of the client', [1_000, 4_000]),
    span('early', 'first', [1_500, 500]),
  ]);

  it('has each span beneath its parent, siblings by their start', () => {
    const names = Array.from(svg.matchAll(/>&lt;(\w+)>/g), ([, name]) => name);
    expect(names).toEqual(['first', 'early', 'deep', 'late']);
    const indents = Array.from(svg.matchAll(/<text x="(\d+)" y="\d+">&lt;/g), ([, x]) => Number(x));
    expect(indents).toEqual([12, 26, 40, 26]);
  });

  it('draws from start to end, to scale', () => {
    const bars = Array.from(svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g), ([, x, width]) => [
      Number(x) - 330,
      Number(width),
    ]);
    expect(bars).toEqual([
      [0, 540],
      [67.5, 67.5],
      [67.5, 13.5],
      [270, 135],
    ]);
  });
});
