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
      // Swagger UI, ReDoc and bull-board style their elements inline and embed small pictures.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // helmet's default lets fonts come from any host.
      fontSrc: ["'self'", 'data:'],
      // ReDoc searches in a worker that it makes from a string.
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
      // The service may well be reached by plain HTTP behind an ingress or on a laptop.
      upgradeInsecureRequests: null,
    },
  },
};

/** helmet's headers. They are the same for every answer, so they are made once and not by 12 handlers a request. */
export function securityHeaders(): RequestHandler {
  const example = new IncomingMessage(new Socket());
  const answer = new ServerResponse(example);
  helmet(OPTIONS)(example, answer, () => undefined);
  const headers = new Map(Object.entries(answer.getHeaders()) as [string, string][]);
  return function setSecurityHeaders(_req, res, next) {
    res.setHeaders(headers);
    next();
  };
}
