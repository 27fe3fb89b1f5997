// The picture of a trace, as an SVG on stdout:
//   npm run --silent draw-trace -- http://localhost:16686 TRACE_ID > trace.svg
import { drawTrace, type DrawnSpan } from '@primes/monitoring';

/** What is read of Jaeger's answer. */
interface Answer {
  readonly data: readonly {
    readonly spans: readonly {
      readonly spanID: string;
      readonly operationName: string;
      readonly startTime: number;
      readonly duration: number;
      readonly processID: string;
      readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    }[];
    readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  }[];
}

const [base, traceId] = process.argv.slice(2);
if (base === undefined || traceId === undefined) {
  throw new Error('Usage: npm run --silent draw-trace -- URL-OF-JAEGER TRACE-ID');
}
const answer = await fetch(`${base}/api/traces/${traceId}`);
if (!answer.ok) throw new Error(`${base} answers ${answer.status}`);
const { data } = (await answer.json()) as Answer;
const spans = data.flatMap(({ spans, processes }) =>
  spans.map((span): DrawnSpan => ({
    id: span.spanID,
    parentId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
    service: processes[span.processID]?.serviceName ?? '',
    name: span.operationName,
    start: span.startTime,
    duration: span.duration,
  })),
);
process.stdout.write(drawTrace(spans));
