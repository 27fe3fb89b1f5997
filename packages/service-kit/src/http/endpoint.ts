import type { Request } from 'express';

/** The pattern of the route that a request has matched, never its path; undefined if none has. */
export function endpointOf(req: Request): string | undefined {
  const route = req.route as { path: unknown } | undefined;
  if (typeof route?.path === 'string') return req.baseUrl + route.path;
  // Of a mounted application with routes of its own: where it is mounted.
  return req.baseUrl.replace(/\/$/, '') || undefined;
}
