export interface StoredSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly spanId: string;
  /** Undefined if the trace does not contain the parent, for example a client's span. */
  readonly parentSpanId: string | undefined;
  /** Microseconds since the epoch, and duration in microseconds. */
  readonly start: number;
  readonly duration: number;
  readonly tags: Readonly<Record<string, unknown>>;
  /** Attributes of the process. */
  readonly resource: Readonly<Record<string, unknown>>;
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}
interface Trace {
  readonly spans: readonly {
    readonly spanID: string;
    readonly operationName: string;
    readonly startTime: number;
    readonly duration: number;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly tags: readonly Tag[];
    readonly processID: string;
  }[];
  readonly processes: Readonly<
    Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>
  >;
}

/** Queries a trace store by Jaeger's query API. */
export class TraceStore {
  readonly #api: string;

  constructor(api: string) {
    this.#api = api;
  }

  /** The spans of a trace that have arrived so far. */
  async spans(traceId: string): Promise<StoredSpan[]> {
    const response = await fetch(`${this.#api}/traces/${traceId}`);
    if (response.status === 404) return [];
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${traceId}: ${response.status} ${text}`);
    const { data } = JSON.parse(text) as { data: readonly Trace[] };
    return data.flatMap(spansOf);
  }
}

function spansOf({ spans, processes }: Trace): StoredSpan[] {
  return spans.map(({ spanID, operationName, startTime, duration, references, tags, processID }) => {
    const { serviceName = '', tags: resource = [] } = processes[processID] ?? {};
    const own = toRecord(tags);
    return {
      service: serviceName,
      name: operationName,
      kind: typeof own['span.kind'] === 'string' ? own['span.kind'] : 'internal',
      spanId: spanID,
      parentSpanId: references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
      start: startTime,
      duration,
      tags: own,
      resource: toRecord(resource),
    };
  });
}

function toRecord(tags: readonly Tag[]): Record<string, unknown> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
