import cors from 'cors';
import type { RequestHandler } from 'express';

/** Seconds for which a browser may keep the answer to a preflight; Chromium's maximum is 7,200. */
const MAX_AGE = 7_200;
/** Request headers that a page may send, besides those that browsers always allow. */
const ALLOWED = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'Last-Event-ID',
  'X-Request-Id',
  'traceparent',
];
/** Response headers that a page may read, besides those that browsers always show. */
const EXPOSED = [
  'Location',
  'Retry-After',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'WWW-Authenticate',
  'Allow',
  'X-Request-Id',
  'traceparent',
];

/** Whether this is an origin as browsers send it, such as `https://app.example.com`. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:[^*]*$/.test(text) && new URL(text).origin === text;
}

/**
 * Allows pages of other origins to call the api (CORS). They authenticate with the header `Authorization`, never with cookies,
 * so credentials in the sense of CORS are not allowed.
 *
 * @param origins those of the pages; or `*`: all
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const handle = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ALLOWED,
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE,
  });
  return function allowOrigins(req, res, next) {
    // Other OPTIONS requests ask for the methods of a path, which its route knows.
    const isPreflight = req.get('access-control-request-method') !== undefined;
    if (req.method !== 'OPTIONS' || isPreflight) handle(req, res, next);
    else next();
  };
}
