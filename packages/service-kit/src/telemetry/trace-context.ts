import { TraceFlags, isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** The fields of `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header); only versions above 00 may have more. */
const TRACEPARENT =
  /^(?<version>(?!ff)[\da-f]{2})-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-(?<flags>[\da-f]{2})(?<more>-.*)?$/;

/**
 * Parses a `traceparent`; undefined if it is invalid.
 *
 * Not with @opentelemetry/core: it loads 36 modules, and a process without tracing needs no other of them.
 */
export function spanContextIn(traceparent = ''): SpanContext | undefined {
  const {
    version,
    traceId = '',
    spanId = '',
    flags = '',
    more,
  } = TRACEPARENT.exec(traceparent)?.groups ?? {};
  if (version === '00' && more !== undefined) return undefined;
  const context = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}
