/** The parts of a dashboard's JSON that a picture needs; the types of Grafana's SDK leave most of them open. */
export interface DashboardJson {
  readonly title: string;
  readonly panels: readonly PanelJson[];
}

export interface PanelJson {
  readonly type: string;
  readonly title: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig: { readonly defaults: Defaults; readonly overrides: readonly Override[] };
}

interface Defaults {
  readonly unit: string;
  /** Ascending. The first has no lower bound: null. */
  readonly thresholds: { readonly steps: readonly { color: string; value: number | null }[] };
  readonly custom?: { drawStyle?: string; fillOpacity?: number; stacking?: object; thresholdsStyle?: object };
}

type Override = Readonly<{
  matcher: { options?: unknown };
  properties: { value?: { fixedColor?: string } }[];
}>;
