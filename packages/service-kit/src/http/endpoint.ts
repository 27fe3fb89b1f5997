import type { Request } from 'express';

/** The pattern of the matched route, never the path; undefined if no route matched. */
export function endpointOf(req: Request): string | undefined {
  const route = req.route as { path: unknown } | undefined;
  if (typeof route?.path === 'string') return req.baseUrl + route.path;
  // For a mounted application with its own routes: its mount path.
  return req.baseUrl.replace(/\/$/, '') || undefined;
}
