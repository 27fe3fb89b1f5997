import { json } from 'node:stream/consumers';
import { startHttpServer } from './http-server.ts';

type Value = string | number | boolean;

/** A received span. */
export interface SeenSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root span. */
  readonly parentSpanId: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, Value>>;
  readonly failed: boolean;
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
/** OTLP's status code for an error. */
const ERROR = 2;

interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    stringValue?: string;
    intValue?: string | number;
    doubleValue?: number;
    boolValue?: boolean;
  };
}
interface OtlpSpan extends Pick<SeenSpan, 'name' | 'traceId' | 'spanId'> {
  readonly kind: number;
  readonly parentSpanId?: string;
  readonly links?: SeenSpan['links'];
  readonly attributes?: readonly OtlpAttribute[];
  readonly status?: { readonly code?: number };
}
interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** Receives traces by OTLP over HTTP as JSON, as a collector does. */
export async function startSpanReceiver() {
  const spans: SeenSpan[] = [];
  const server = await startHttpServer((req, res) => {
    void json(req).then((body) => {
      spans.push(...spansIn(body as OtlpTraces));
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  return {
    /** All spans received so far. */
    spans: spans as readonly SeenSpan[],
    /** Makes a service export its spans here within 20 ms. */
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function spansIn({ resourceSpans }: OtlpTraces): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(toRecord(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toSeen(service, span)));
  });
}

function toSeen(service: string, span: OtlpSpan): SeenSpan {
  const { name, traceId, spanId, kind, parentSpanId, links = [], attributes = [], status } = span;
  return {
    ...{ service, name, traceId, spanId, parentSpanId },
    kind: KINDS[kind] ?? 'internal',
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    attributes: toRecord(attributes),
    failed: status?.code === ERROR,
  };
}

function toRecord(attributes: readonly OtlpAttribute[]): Record<string, Value> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue ?? '') : Number(intValue)),
    ]),
  );
}
