import { HttpError } from '@primes/service-kit';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Queue } from 'bullmq';
import { isAuthOn, type AuthConfig } from '../auth/config.ts';
import type { ApiConfig } from '../config.ts';
import { Router, type Express, type NextFunction, type Request, type Response } from 'express';

interface AdminOptions extends Pick<ApiConfig, 'BASE_PATH'>, Partial<AuthConfig> {
  readonly ADMIN_USER?: string | undefined;
  readonly ADMIN_PASSWORD?: string | undefined;
}

const PATH = '/admin/queues';

/** bull-board's page loads fonts from a foreign host, which our policy blocks, and has no option to omit them. */
const FOREIGN_FONTS = /<link href="https:[^>]*>/;

/**
 * bull-board. With authentication, it requires the role `operate`, and the credentials of the configuration have no effect;
 * without, it requires these, and is undefined if there are none.
 */
export function adminQueues(queues: readonly Queue[], config: AdminOptions): Router | undefined {
  const { ADMIN_USER: user, ADMIN_PASSWORD: password, BASE_PATH: base } = config;
  const router = Router({ caseSensitive: true });
  if (!isAuthOn(config)) {
    if (user === undefined || password === undefined) return undefined;
    router.use(PATH, requireCredentials(`${user}:${password}`));
  }
  let board: Promise<Express> | undefined;
  router.use(PATH, async (req, res, next) => {
    // Loaded on demand: it adds a template engine and 15 MB.
    board ??= import('./queue-board.ts').then(({ queueBoard }) => queueBoard(queues, `${base}${PATH}`));
    const send = res.send.bind(res);
    res.send = (body: unknown) => send(typeof body === 'string' ? body.replace(FOREIGN_FONTS, '') : body);
    (await board)(req, res, next);
  });
  return router;
}

function requireCredentials(expected: string) {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(expected);
  return function checkCredentials(req: Request, _res: Response, next: NextFunction): void {
    const [scheme, value = ''] = (req.get('authorization') ?? '').split(' ');
    const given = Buffer.from(value, 'base64').toString();
    // Digests have equal length and are compared in constant time, so neither length nor prefix leaks.
    if (scheme?.toLowerCase() === 'basic' && timingSafeEqual(digest(given), wanted)) {
      next();
      return;
    }
    const headers = { 'WWW-Authenticate': 'Basic realm="queues", charset="UTF-8"' };
    next(new HttpError('unauthorized', { detail: 'Expected valid HTTP Basic credentials', headers }));
  };
}
