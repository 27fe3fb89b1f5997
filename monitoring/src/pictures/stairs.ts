import type { Point } from './series.ts';

/** A value for each second until `end`, of one that is known by its changes: what it has changed to last. */
export function stairs(changes: readonly Point[], end: number): Point[] {
  const [first] = changes;
  if (!first) return [];
  const from = Math.floor(first[0]);
  return Array.from({ length: Math.ceil(end) - from + 1 }, (_, i) => {
    const at = from + i;
    const last = changes.findLast(([time]) => Math.floor(time) <= at);
    return [at, last?.[1] ?? 0] as const;
  });
}
