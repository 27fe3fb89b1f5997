import type { Lifecycle, Logger } from '@primes/service-kit';
import type { Router } from 'express';
import type { ApiConfig } from '../config.ts';
import { accessTable } from './access.ts';
import { authorize, type Authenticate } from './authorize.ts';
import { KeyStore } from './key-store.ts';

export interface AuthDeps {
  readonly config: ApiConfig;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
}

/** Admits the requests of authenticated clients, before all routes; undefined if authentication is off. */
export function createAuth({ config, log, lifecycle }: AuthDeps): Router | undefined {
  const file = config.AUTH_KEYS_FILE;
  if (file === undefined) return undefined;
  const keys = new KeyStore(file, log);
  lifecycle.onClose('api keys', () => {
    keys.close();
  });
  const authenticate: Authenticate = (token) => keys.find(token);
  return authorize({ table: accessTable(config), authenticate, then: [] });
}
