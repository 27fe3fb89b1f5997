import { HttpError } from '@primes/service-kit';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { ApiConfig } from '../config.ts';
import { Router, type Express, type NextFunction, type Request, type Response } from 'express';

interface AdminOptions extends Pick<ApiConfig, 'BASE_PATH'> {
  readonly ADMIN_USER?: string | undefined;
  readonly ADMIN_PASSWORD?: string | undefined;
}

const PATH = '/admin/queues';

/** bull-board behind HTTP Basic authentication; undefined if no credentials are configured. */
export async function adminQueues(
  queues: readonly Queue[],
  { ADMIN_USER: user, ADMIN_PASSWORD: password, BASE_PATH: base }: AdminOptions,
): Promise<Router | undefined> {
  if (user === undefined || password === undefined) return undefined;
  // Loaded on demand: it adds a template engine and 15 MB.
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/express'),
  ]);
  const serverAdapter = new ExpressAdapter().setBasePath(`${base}${PATH}`);
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter });
  // It is an Express application of its own, which would send X-Powered-By.
  const board = (serverAdapter.getRouter() as Express).disable('x-powered-by');
  const router = Router({ caseSensitive: true });
  router.use(PATH, requireCredentials(`${user}:${password}`), board);
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
