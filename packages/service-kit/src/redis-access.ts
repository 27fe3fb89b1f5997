import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type ConnectionOptions as TlsOptions } from 'node:tls';
import type * as z from 'zod';
import { field } from './config.ts';

/** What the URLs do not say about connections to Redis. Each can be a file (`REDIS_TLS_CA_FILE`), as all variables. */
export const accessVariables = {
  REDIS_TLS_CA: field
    .optionalText(
      'PEM of certificate authorities that `rediss` URLs trust in addition to those of Node; usually as REDIS_TLS_CA_FILE',
    )
    .refine(isCertificate, 'Must be certificates in PEM'),
  REDIS_TLS_CERT: field.optionalText('PEM of a client certificate for `rediss` URLs'),
  REDIS_TLS_KEY: field.optionalText('PEM of its private key'),
  REDIS_TLS_SERVER_NAME: field.optionalText(
    'Name in the certificate of Redis; empty: the host of the URL, or the address that a Sentinel or a Cluster returns',
  ),
  REDIS_SENTINEL_USERNAME: field.optionalText('User of the Sentinels; empty: the default user'),
  REDIS_SENTINEL_PASSWORD: field.optionalText('Password of the Sentinels; empty: none'),
};

/** The values of these variables. */
export type AccessConfig = Readonly<z.infer<z.ZodObject<typeof accessVariables>>>;

/** How to connect to a Redis, beside its URL. */
export interface RedisAccess {
  /** For URLs with TLS. */
  readonly tls?: TlsOptions;
  readonly sentinel?: { readonly username?: string | undefined; readonly password?: string | undefined };
}

const known = new WeakMap<AccessConfig, RedisAccess>();

/** One for each configuration: with Node's authorities, its TLS context takes 30 ms to create, and all connections share it. */
export function accessOf(config: AccessConfig): RedisAccess {
  const access = known.get(config) ?? createAccess(config);
  known.set(config, access);
  return access;
}

function createAccess(config: AccessConfig): RedisAccess {
  const { REDIS_TLS_CA: ca, REDIS_TLS_CERT: cert, REDIS_TLS_KEY: key } = config;
  const servername = config.REDIS_TLS_SERVER_NAME;
  return {
    tls: {
      // `ca` replaces Node's authorities, which the other Redis may need.
      secureContext: createSecureContext({
        cert,
        key,
        ...(ca !== undefined && { ca: [...getCACertificates(), ca] }),
      }),
      ...(servername !== undefined && { servername }),
    },
    sentinel: { username: config.REDIS_SENTINEL_USERNAME, password: config.REDIS_SENTINEL_PASSWORD },
  };
}

function isCertificate(pem: string | undefined): boolean {
  try {
    return pem === undefined || new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Whether the client certificate and the key belong together. */
export function isKeyPair({ REDIS_TLS_CERT: cert, REDIS_TLS_KEY: key }: AccessConfig): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
