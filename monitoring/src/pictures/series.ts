export type Point = readonly [seconds: number, value: number];

/** One line of a panel: what its legend calls it, and its points by time. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** What a picture shows of time: seconds since the epoch, and the seconds between two points. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The newest value of a series. */
export function newest({ points }: Series): number | undefined {
  return points.at(-1)?.[1];
}
