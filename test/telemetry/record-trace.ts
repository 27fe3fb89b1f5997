// Records a trace for its picture, which `npm run generate` draws:
//   npm run --silent record-trace -- http://localhost:16686 TRACE_ID > monitoring/recordings/trace.json
import type { RecordedSpan } from '@primes/monitoring';
import { TraceStore } from './trace-store.ts';
import { formatted } from '../../dev/generate/formatted.ts';

const [base, traceId] = process.argv.slice(2);
if (base === undefined || traceId === undefined) {
  throw new Error('Usage: npm run --silent record-trace -- URL-OF-JAEGER TRACE-ID');
}
const spans = await new TraceStore(`${base}/api`).spans(traceId);
if (spans.length === 0) throw new Error(`${base} has no trace ${traceId}`);
const start = Math.min(...spans.map((span) => span.start));
const recorded = spans.map((span): RecordedSpan => ({
  id: span.spanId,
  parentId: span.parentSpanId,
  service: span.service,
  name: span.name,
  start: span.start - start,
  duration: span.duration,
}));
process.stdout.write(await formatted(JSON.stringify(recorded), 'trace.json'));
