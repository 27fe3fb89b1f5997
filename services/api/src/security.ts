import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/** Everything from this server only, and no inline scripts. */
const OPTIONS: HelmetOptions = {
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      // Swagger UI, ReDoc and bull-board use inline styles and embedded images.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // helmet's default allows fonts from any host.
      fontSrc: ["'self'", 'data:'],
      // ReDoc's search runs in a worker created from a string.
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
      // The service may be reached by plain HTTP, behind an ingress or on a laptop.
      upgradeInsecureRequests: null,
    },
  },
};

/** helmet's headers. They are constant, so they are computed once, not by 12 handlers per request. */
export function securityHeaders(): RequestHandler {
  const example = new IncomingMessage(new Socket());
  const response = new ServerResponse(example);
  helmet(OPTIONS)(example, response, () => undefined);
  const headers = new Map(Object.entries(response.getHeaders()) as [string, string][]);
  return function setSecurityHeaders(_req, res, next) {
    res.setHeaders(headers);
    next();
  };
}
