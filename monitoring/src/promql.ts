import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** The names in a query. */
export interface Names {
  readonly metrics: ReadonlySet<string>;
  /** In matchers and groupings, including `le`. */
  readonly labels: ReadonlySet<string>;
}

/** Grafana replaces these; they are not PromQL. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\$__rate_interval/g, '1m'],
  [/\$\w+/g, 'x'],
];

/**
 * Finds the names in a query with Prometheus' own grammar.
 *
 * @throws {SyntaxError} If it is not PromQL
 */
export function namesIn(expr: string): Names {
  const text = VARIABLES.reduce((filled, [variable, value]) => filled.replace(variable, value), expr);
  const metrics = new Set<string>();
  const labels = new Set<string>();
  const read = ({ from, to }: SyntaxNode) => text.slice(from, to);
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new SyntaxError(`Not PromQL at ${node.from}: ${text}`);
      const parent = node.node.parent;
      if (node.name === 'Identifier' && parent?.name === 'VectorSelector') metrics.add(read(node.node));
      if (node.name === 'LabelName') labels.add(read(node.node));
    },
  });
  return { metrics, labels };
}
