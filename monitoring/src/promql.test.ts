import { describe, expect, it } from '@jest/globals';
import { namesIn } from './promql.ts';

const sorted = (names: ReadonlySet<string>) => [...names].toSorted();

describe('namesIn()', () => {
  it('finds metrics and labels, in matchers and groupings, and no functions', () => {
    const { metrics, labels } = namesIn(
      'histogram_quantile(0.95, sum by (le, pod) (rate(a_bucket{x=~"y|z"}[5m]))) / on (b) max(c offset 1h) unless absent(d{e!=""})',
    );
    expect(sorted(metrics)).toEqual(['a_bucket', 'c', 'd']);
    expect(sorted(labels)).toEqual(['b', 'e', 'le', 'pod', 'x']);
  });

  it('reads the variables of Grafana', () => {
    expect(sorted(namesIn('rate(a{namespace=~"$namespace"}[$__rate_interval])').metrics)).toEqual(['a']);
  });

  it.each(['sum(', 'rate(a[5m)', 'a{b=c}'])('refuses %p', (expr) => {
    expect(() => namesIn(expr)).toThrow(SyntaxError);
  });
});
