/** What is read of a panel in the JSON of a dashboard. */
export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly options: { readonly legend?: { readonly showLegend: boolean } };
  readonly targets: readonly Target[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit: string;
      readonly min?: number;
      readonly max?: number;
      readonly thresholds: { readonly steps: readonly Threshold[] };
      readonly custom?: {
        readonly drawStyle?: string;
        readonly fillOpacity?: number;
        readonly stacking?: { readonly mode: string };
        readonly thresholdsStyle?: { readonly mode: string };
      };
    };
    readonly overrides: readonly Override[];
  };
}

/** What is different for the series whose names a regular expression fits. */
interface Override {
  readonly matcher: { readonly options?: unknown };
  readonly properties: readonly { readonly id: string; readonly value?: { readonly fixedColor?: string } }[];
}

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

export interface Threshold {
  readonly color: string;
  /** The first has none: it begins below all. */
  readonly value: number | null;
}

/** A dashboard, or whatever else has panels in places. */
export interface Board {
  readonly title: string;
  readonly panels: readonly Panel[];
}
