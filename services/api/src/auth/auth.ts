import { methodNotAllowed, type Lifecycle, type Logger } from '@primes/service-kit';
import type { RedisClient } from '@primes/contracts';
import { Router, type RequestHandler } from 'express';
import type { ApiConfig } from '../config.ts';
import type { WaitingQuota } from '../tasks/submit.ts';
import { accessTable } from './access.ts';
import { auditChanges } from './audit-changes.ts';
import { Audit } from './audit.ts';
import { authorize, type Authenticate } from './authorize.ts';
import { isAuthOn } from './config.ts';
import { KEY_PREFIX } from './key-file.ts';
import { KeyStore } from './key-store.ts';
import { listAudit } from './list-audit.ts';
import { createWaitingQuota } from './waiting-quota.ts';

export interface AuthDeps {
  readonly config: ApiConfig;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly redis: RedisClient;
  /** Name of the queue of tasks. */
  readonly queue: string;
}

export interface Auth {
  /** Admits the requests of authenticated clients, before all routes; undefined if authentication is off. */
  readonly router: Router | undefined;
  readonly waitingQuota: WaitingQuota | undefined;
}

/** Authentication, and what depends on it: quotas and the audit. */
export async function createAuth(deps: AuthDeps): Promise<Auth> {
  const { config, log, redis, queue } = deps;
  if (!isAuthOn(config)) return { router: undefined, waitingQuota: undefined };
  const { QUEUE_PREFIX: prefix, QUOTA_WAITING_TASKS: limit } = config;
  const audit = new Audit(redis, prefix, log);
  const router = Router({ caseSensitive: true });
  router.use(
    authorize({
      table: accessTable(config),
      authenticate: await authenticator(deps),
      then: [...(await rateLimits(deps)), auditChanges(audit)],
    }),
  );
  router.route('/audit').get(listAudit(audit)).all(methodNotAllowed('GET'));
  const waitingQuota = limit === undefined ? undefined : createWaitingQuota({ redis, prefix, queue, limit });
  return { router, waitingQuota };
}

async function authenticator({ config, log, lifecycle }: AuthDeps): Promise<Authenticate> {
  const { AUTH_KEYS_FILE: file, OIDC_ISSUER: issuer } = config;
  const keys = file === undefined ? undefined : new KeyStore(file, log);
  lifecycle.onClose('api keys', () => keys?.close());
  if (issuer === undefined) return (token) => keys?.find(token);

  // Loaded on demand, as the library of the rate limits: an api without them uses less memory.
  const { OidcVerifier } = await import('./oidc.ts');
  const oidc = new OidcVerifier({ ...config, OIDC_ISSUER: issuer }, log);
  lifecycle.onClose('issuer', () => {
    oidc.close();
  });
  return (token) => (keys && token.startsWith(KEY_PREFIX) ? keys.find(token) : oidc.find(token));
}

async function rateLimits({ config, redis }: AuthDeps): Promise<RequestHandler[]> {
  const { QUEUE_PREFIX: prefix, QUOTA_REQUESTS_PER_MINUTE: limit } = config;
  if (limit === undefined) return [];
  const { rateLimit } = await import('./rate-limit.ts');
  return [rateLimit({ redis, prefix, limit })];
}
