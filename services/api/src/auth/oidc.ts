import { ROLES, type Principal } from '@primes/contracts';
import { HttpError, type Logger } from '@primes/service-kit';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import * as z from 'zod';
import type { AuthConfig } from './config.ts';

/** Signatures with a public key only: `none`, and secrets that the issuer shares, are not accepted. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Accepted difference between the clocks of the issuer and of this process, in seconds. */
const CLOCK_TOLERANCE = 60;
/** Milliseconds until the issuer must respond. */
const TIMEOUT_MS = 5_000;
/** Milliseconds after which a removed signing key is no longer accepted. An unknown key is looked up at once. */
const RELOAD_MS = 600_000;
/** Characters of a principal. */
const NAME_LENGTH = 256;

type SigningKeys = ReturnType<typeof createRemoteJWKSet>;
type OidcConfig = Pick<AuthConfig, 'OIDC_AUDIENCE' | 'OIDC_PRINCIPAL_CLAIM' | 'OIDC_ROLES_CLAIM'> & {
  readonly OIDC_ISSUER: string;
};

/**
 * Verifies access tokens of one OpenID Connect issuer. Its signing keys are kept in memory and reloaded in the background, so
 * an issuer that is unavailable affects only tokens with a new key.
 */
export class OidcVerifier {
  readonly #config: OidcConfig;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #timer: NodeJS.Timeout;
  #keys: Promise<SigningKeys> | undefined;

  constructor(config: OidcConfig, log: Pick<Logger, 'warn'>) {
    this.#config = config;
    this.#log = log;
    this.#timer = setInterval(() => void this.#reload(), RELOAD_MS).unref();
    void this.#reload();
  }

  /**
   * The principal of a token; undefined if the token is invalid or has expired.
   *
   * @throws {HttpError} `issuer_unavailable` while the issuer's keys are unknown
   */
  async find(token: string): Promise<Principal | undefined> {
    try {
      const { payload } = await jwtVerify(
        token,
        async (...header) => (await this.#signingKeys())(...header),
        {
          issuer: this.#config.OIDC_ISSUER,
          audience: this.#config.OIDC_AUDIENCE ?? [],
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE,
          requiredClaims: ['exp'],
        },
      );
      return this.#principalOf(payload);
    } catch (error) {
      if (isInvalidToken(error)) return undefined;
      const unavailable = new HttpError('issuer_unavailable', {
        detail: 'The issuer of access tokens did not respond',
        retryAfter: 5,
      });
      throw Object.assign(unavailable, { cause: error });
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #signingKeys(): Promise<SigningKeys> {
    this.#keys ??= discover(this.#config.OIDC_ISSUER).catch((error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #reload(): Promise<void> {
    try {
      await (await this.#signingKeys()).reload();
    } catch (error) {
      this.#log.warn({ err: error }, 'signing keys not reloaded');
    }
  }

  #principalOf(payload: JWTPayload): Principal | undefined {
    const { OIDC_PRINCIPAL_CLAIM: name, OIDC_ROLES_CLAIM: roles } = this.#config;
    const subject = z.string().min(1).max(NAME_LENGTH).safeParse(claimOf(payload, name)).data;
    if (subject === undefined) return undefined;
    const listed = claimOf(payload, roles);
    const given: unknown[] =
      typeof listed === 'string' ? listed.split(' ') : Array.isArray(listed) ? listed : [];
    // The prefix separates it from the names of keys, which contain no colon.
    return { name: `oidc:${subject}`, roles: ROLES.filter((role) => given.includes(role)) };
  }
}

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** Reads where the issuer publishes its keys (OpenID Connect Discovery 1.0). */
async function discover(issuer: string): Promise<SigningKeys> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const { issuer: claimed, jwks_uri } = Discovery.parse(await response.json());
  if (claimed !== issuer) throw new Error(`Expected the issuer ${issuer}, received ${claimed}`);
  return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: TIMEOUT_MS, cacheMaxAge: Infinity });
}

/** Whether the token is at fault, and not the issuer or the way to it. */
function isInvalidToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
    // An unexpected response of the issuer has no class of its own.
    error.code !== errors.JOSEError.code
  );
}

/** A claim by its name, which may contain dots, or by the path to it. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((value, step) => {
    const isParent = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return isParent ? (value as Record<string, unknown>)[step] : undefined;
  }, payload);
}
