import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** Parses a `traceparent` (W3C Trace Context); undefined if it is invalid. */
export function spanContextIn(traceparent: string | undefined): SpanContext | undefined {
  const parsed = parseTraceParent(traceparent ?? '');
  return parsed === null ? undefined : { ...parsed, isRemote: true };
}

export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}
