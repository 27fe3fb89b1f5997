import { field } from '@primes/service-kit';
import type { z } from 'zod';

/** The variables of authentication, which is on if one of the first two is set. */
export const authVariables = {
  AUTH_KEYS_FILE: field.optionalText(
    'File of the API keys, one per line: `name role,role sha256:…`; `npm run key` creates one. A change is read within seconds',
  ),
  AUTH_METRICS: field.flag(
    false,
    'Whether /metrics and /api/metrics/ require the role `metrics`; false: they are open',
  ),
};

export type AuthConfig = Readonly<z.infer<z.ZodObject<typeof authVariables>>>;

/** Whether clients must authenticate. */
export function isAuthOn({ AUTH_KEYS_FILE: keys }: Partial<AuthConfig>): boolean {
  return keys !== undefined;
}
