// The picture of a trace, as an SVG on stdout:
//   npm run --silent draw-trace -- http://localhost:16686 TRACE_ID > trace.svg
import { drawTrace } from '@primes/monitoring';
import { TraceStore } from '../test/telemetry/trace-store.ts';

const [base, traceId] = process.argv.slice(2);
if (base === undefined || traceId === undefined) {
  throw new Error('Usage: npm run --silent draw-trace -- URL-OF-JAEGER TRACE-ID');
}
const spans = await new TraceStore(`${base}/api`).spans(traceId);
if (spans.length === 0) throw new Error(`${base} has no trace ${traceId}`);
process.stdout.write(
  drawTrace(
    spans.map(({ spanId, parentSpanId, ...span }) => ({ ...span, id: spanId, parentId: parentSpanId })),
  ),
);
