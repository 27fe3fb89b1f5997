import {
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  type DataSourceRef,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as GaugePanel } from '@grafana/grafana-foundation-sdk/gauge';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** The datasource that the user selects in the dashboard. */
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/**
 * The selector of every query: one VictoriaMetrics can hold several installations. Outside Kubernetes the label is
 * missing; `.*`, the value of "All", matches this too.
 */
export const HERE = 'namespace=~"$namespace"';

/** The three services: metrics that every program has, such as CPU, exist for other programs too. */
export const PROCESSES = 'service=~"api|worker|metrics-gateway"';

/** The legend of the series, and the PromQL. */
export type Query = readonly [legend: string, expr: string];

/** The p50, p95 and p99 of a distribution over time. */
export function percentiles(quantileOf: (quantile: number) => string): Query[] {
  return [
    ['p50', quantileOf(0.5)],
    ['p95', quantileOf(0.95)],
    ['p99', quantileOf(0.99)],
  ];
}

export interface PanelSpec {
  readonly title: string;
  /** What to conclude from the panel, not only what it shows. */
  readonly description: string;
  /** Grafana's name for the unit. */
  readonly unit: string;
  /** Columns of 24. */
  readonly width: number;
  /** Rows of the grid. Default: 8. */
  readonly height?: number;
  readonly queries: readonly Query[];
  /** Lower bounds by colour, ascending; the first bound is null. Default: one neutral colour. */
  readonly thresholds?: Readonly<Record<string, number | null>>;
}

/** Colours with a meaning, by series name (a regular expression): red is for errors. */
export type Colours = Readonly<Record<string, string>>;

/** Lines over time, with a dashed line at each threshold. */
export function lines(spec: PanelSpec): TimeSeriesPanel {
  const panel = describe(new TimeSeriesPanel(), spec)
    .fillOpacity(10)
    .lineWidth(1)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        // Hidden by default.
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  const dashed = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
  return spec.thresholds ? panel.thresholdsStyle(dashed) : panel;
}

/** The same panel, with a colour of its own for some series instead of the palette's. */
export function coloured(panel: TimeSeriesPanel, colours: Colours): TimeSeriesPanel {
  for (const [names, fixedColor] of Object.entries(colours)) {
    panel.overrideByRegexp(names, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  }
  return panel;
}

/** Parts of a whole over time. */
export function stacked(spec: PanelSpec): TimeSeriesPanel {
  return lines(spec)
    .fillOpacity(60)
    .min(0)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** Parts of a whole for each interval: counts, between which a line would be wrong. */
export function bars(spec: PanelSpec): TimeSeriesPanel {
  return stacked(spec).drawStyle(GraphDrawStyle.Bars);
}

/** One number on a scale with a maximum. */
export function gauge(spec: PanelSpec): GaugePanel {
  return describe(new GaugePanel(), spec).min(0).reduceOptions(newest());
}

/** One number. */
export function stat(spec: PanelSpec): StatPanel {
  return describe(new StatPanel(), spec).reduceOptions(newest());
}

function newest(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
}

/** What the builders of the SDK have in common; they share no interface. */
interface Describable {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(datasource: DataSourceRef): this;
  span(columns: number): this;
  height(rows: number): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  withTarget(target: DataqueryBuilder): this;
}

function describe<P extends Describable>(panel: P, spec: PanelSpec): P {
  const { title, description, unit, width, height = 8, queries, thresholds = { green: null } } = spec;
  panel.title(title).description(description).unit(unit).datasource(DATASOURCE).span(width).height(height);
  panel.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps(Object.entries(thresholds).map(([color, value]) => ({ color, value }))),
  );
  for (const [index, [legend, expr]] of queries.entries()) {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index);
    panel.withTarget(
      new DataqueryBuilder().datasource(DATASOURCE).refId(refId).expr(expr).legendFormat(legend),
    );
  }
  return panel;
}
