import * as z from 'zod';

/** First parts of the own paths of the api. Below one of them, a path that a proxy has shortened would be shortened again. */
const OWN = [
  ...['tasks', 'queue', 'workers', 'webhooks', 'audit'],
  ...['api', 'admin', 'docs', 'redoc', 'openapi.json', 'web', 'me'],
  ...['health', 'livez', 'readyz', 'metrics'],
];

/** The path below which clients reach the api through a proxy; empty without one. */
export const basePath = z
  .string()
  .regex(/^(\/[\w~-][\w.~-]*)*$/, 'Must be a path that starts with a slash and ends without one')
  .refine((path) => !OWN.includes(path.split('/')[1] ?? ''), 'Must be outside the paths of the api')
  .default('');

/** The target without the base path, which a proxy may have removed already. */
export function belowBase(target: string, base: string): string {
  if (base === '' || !target.startsWith(base)) return target;
  const rest = target.slice(base.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : target;
}
