import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What a browser may do with data: nothing but pass it to a script of the same origin. */
const DATA_HEADERS = new Map([
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]);

/** For all responses. helmet's twelve headers are for pages: they take 10 µs a response more than these three. */
export function dataHeaders(): RequestHandler {
  return function setDataHeaders(_req, res, next) {
    res.setHeaders(DATA_HEADERS);
    next();
  };
}

/** Everything from this server only, and nothing inline. */
const DIRECTIVES = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  // helmet's default allows fonts from any host.
  fontSrc: ["'self'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  // The service may be reached by plain HTTP, behind an ingress or on a laptop.
  upgradeInsecureRequests: null,
};

/** For the page. */
export function pageHeaders(): RequestHandler {
  return helmet({ contentSecurityPolicy: { directives: DIRECTIVES } });
}

/** For the pages of Swagger UI, ReDoc and bull-board, which use inline styles and embedded fonts, but no inline scripts. */
export function foreignPageHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        ...DIRECTIVES,
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'", 'data:'],
        // ReDoc's search runs in a worker created from a string.
        workerSrc: ["'self'", 'blob:'],
      },
    },
  });
}
