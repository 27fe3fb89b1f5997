import { ROLES } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import * as z from 'zod';
import type { ApiConfig } from '../config.ts';
import { NoQuery } from '../requests/schemas.ts';

export const MeSchema = z
  .strictObject({
    principal: z.string().nullable().meta({ description: 'null if authentication is off' }),
    roles: z.array(z.enum(ROLES)).meta({ description: 'All if authentication is off' }),
    trace_url_template: z
      .string()
      .nullable()
      .meta({ description: 'Address of a trace, with `{trace_id}` in its place; null if there is none' }),
  })
  .meta({ id: 'Me' });

/** GET /me: who the client is, so that an application can offer what the client may do. */
export function me({ TRACE_URL_TEMPLATE: template }: Pick<ApiConfig, 'TRACE_URL_TEMPLATE'>) {
  return function handleMe(req: Request, res: Response): void {
    validate(NoQuery, req.query);
    const { principal } = contextOf(req);
    const body = {
      principal: principal?.name ?? null,
      roles: [...(principal?.roles ?? ROLES)],
      trace_url_template: template ?? null,
    };
    res.set('Cache-Control', 'no-store').json(body satisfies z.infer<typeof MeSchema>);
  };
}
