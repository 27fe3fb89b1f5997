import type { HelmetOptions } from 'helmet';

/** Security headers: everything from this server only, and no inline scripts. */
export const contentSecurity: HelmetOptions = {
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
