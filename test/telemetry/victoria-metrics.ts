import type { QueriedSeries, TimeRange } from '@primes/monitoring';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Vector {
  readonly data: { readonly result: { metric: Record<string, string>; value: [number, string] }[] };
}

interface Matrix {
  readonly data: { readonly result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** Queries VictoriaMetrics by its HTTP API. */
export class VictoriaMetrics {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** The result of an instant query; `at` in seconds since the epoch, default: now. */
  async query(expr: string, at?: number): Promise<Sample[]> {
    const time = at === undefined ? {} : { time: String(at) };
    const { data } = (await this.#get('query', { query: expr, ...time })) as Vector;
    return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** The value of a query that returns one series. */
  async value(expr: string): Promise<number> {
    const samples = await this.query(expr);
    const [sample] = samples;
    if (samples.length !== 1 || !sample)
      throw new Error(`${expr} returns ${samples.length} series, expected 1`);
    return sample.value;
  }

  /** The result of a range query, as in a dashboard. */
  async range(expr: string, { from, to, step }: TimeRange): Promise<QueriedSeries[]> {
    const times = { start: String(from), end: String(to), step: String(step) };
    const { data } = (await this.#get('query_range', { query: expr, ...times })) as Matrix;
    return data.result.map(({ metric, values }) => ({
      labels: metric,
      points: values.map(([at, value]) => [at, Number(value)] as const),
    }));
  }

  /** The labels of all series that match a selector. */
  async series(selector: string): Promise<Readonly<Record<string, string>>[]> {
    const { data } = (await this.#get('series', { 'match[]': selector })) as {
      data: Record<string, string>[];
    };
    return data;
  }

  async #get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} ${JSON.stringify(parameters)}: ${text}`);
    return JSON.parse(text);
  }
}
