import { crossFieldRule, field } from '@primes/service-kit';
import * as z from 'zod';

/** The variables of authentication, which is on if there are keys or an issuer. */
export const authVariables = {
  AUTH_KEYS_FILE: field.optionalText(
    'File of the API keys, one per line: `name role,role sha256:…`; `npm run key` creates one. A change is read within seconds',
  ),
  OIDC_ISSUER: field
    .httpUrl('OpenID Connect issuer whose access tokens (JWT) are accepted; set together with OIDC_AUDIENCE')
    .optional(),
  OIDC_AUDIENCE: field.optionalText('Audience (`aud`) that access tokens must have'),
  OIDC_PRINCIPAL_CLAIM: field.text('sub', 'Claim of an access token that names the principal'),
  OIDC_ROLES_CLAIM: field.text(
    'roles',
    'Claim that lists its roles, such as `scope`, or `realm_access.roles` for one within another',
  ),
  QUOTA_REQUESTS_PER_MINUTE: field.optionalInteger(
    { min: 1, max: 1_000_000 },
    'Maximum number of requests of one principal a minute; further ones receive 429. Empty: no limit',
  ),
  QUOTA_WAITING_TASKS: field.optionalInteger(
    { min: 1, max: 1_000_000 },
    'Maximum number of waiting tasks of one principal; further ones receive 429. Empty: no limit',
  ),
  AUTH_METRICS: field.flag(
    false,
    'Whether /metrics and /api/metrics/ require the role `metrics`; false: they are open',
  ),
};

export type AuthConfig = Readonly<z.infer<z.ZodObject<typeof authVariables>>>;

/** The schema with the rules for these variables. */
export function withAuthRules<S extends z.ZodObject>(schema: S): S {
  return schema.check(
    z.refine<Partial<AuthConfig>>(
      ({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience }) =>
        (issuer === undefined) === (audience === undefined),
      crossFieldRule(['OIDC_ISSUER', 'OIDC_AUDIENCE'], 'Must be set together with OIDC_AUDIENCE'),
    ),
    ...(['QUOTA_REQUESTS_PER_MINUTE', 'QUOTA_WAITING_TASKS', 'AUTH_METRICS'] as const).map((name) =>
      z.refine<Partial<AuthConfig>>(
        (config) => !config[name] || isAuthOn(config),
        crossFieldRule([name, 'AUTH_KEYS_FILE', 'OIDC_ISSUER'], 'Requires AUTH_KEYS_FILE or OIDC_ISSUER'),
      ),
    ),
  );
}

/** Whether clients must authenticate. */
export function isAuthOn({ AUTH_KEYS_FILE: keys, OIDC_ISSUER: issuer }: Partial<AuthConfig>): boolean {
  return keys !== undefined || issuer !== undefined;
}
