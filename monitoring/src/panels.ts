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

/** The datasource that the reader of the dashboard has chosen. */
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/**
 * The selector of every query: one VictoriaMetrics can hold several installations. Outside of Kubernetes there is
 * no such label, which `.*`, the value of "All", takes in as well.
 */
export const HERE = 'namespace=~"$namespace"';

/** The three processes: what all programs have, such as their CPU, a VictoriaMetrics holds of many others too. */
export const PROCESSES = 'service=~"api|worker|metrics-gateway"';

/** PromQL and what a series of its answer is called. */
export type Query = readonly [legend: string, expr: string];

/** A distribution over time by what its users feel: the usual case, the slow ones, the slowest. */
export function percentiles(quantileOf: (quantile: number) => string): Query[] {
  return [
    ['p50', quantileOf(0.5)],
    ['p95', quantileOf(0.95)],
    ['p99', quantileOf(0.99)],
  ];
}

export interface PanelSpec {
  readonly title: string;
  /** What the reader should conclude from it, not only what it shows. */
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Colours by the least value that has each, ascending; the first begins at null. Not given: none means anything. */
  readonly thresholds?: readonly (readonly [color: string, from: number | null])[];
}

/** Colours that mean something, by the names of series (a regular expression): red is for what is wrong. */
export type Colours = readonly (readonly [names: string, color: string])[];

/** Lines over time, with a dashed one at each threshold. */
export function lines(spec: PanelSpec): TimeSeriesPanel {
  const panel = describe(new TimeSeriesPanel(), spec)
    .fillOpacity(10)
    .lineWidth(1)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        // Without a word it is hidden.
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  const dashed = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
  return spec.thresholds ? panel.thresholdsStyle(dashed) : panel;
}

/** The same panel, with series in colours that mean something instead of the next of the palette. */
export function coloured(panel: TimeSeriesPanel, colours: Colours): TimeSeriesPanel {
  for (const [names, fixedColor] of colours) {
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

/** Parts of a whole in each interval, where a line between two would promise something in between. */
export function bars(spec: PanelSpec): TimeSeriesPanel {
  return stacked(spec).drawStyle(GraphDrawStyle.Bars);
}

/** One number that has an end of its scale. */
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

/** What the panels have in common; each builder is a class of its own, without an interface for it. */
interface Describable {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  datasource(datasource: DataSourceRef): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  withTarget(target: DataqueryBuilder): this;
}

function describe<P extends Describable>(panel: P, spec: PanelSpec): P {
  const { title, description, unit, queries, thresholds = [['green', null]] } = spec;
  panel.title(title).description(description).unit(unit).datasource(DATASOURCE);
  panel.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps(thresholds.map(([color, value]) => ({ color, value }))),
  );
  for (const [index, [legend, expr]] of queries.entries()) {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index);
    panel.withTarget(
      new DataqueryBuilder().datasource(DATASOURCE).refId(refId).expr(expr).legendFormat(legend),
    );
  }
  return panel;
}
