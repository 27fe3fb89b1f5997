import type { NextFunction, Request, Response } from 'express';

type Method = 'GET' | 'POST' | 'DELETE';

/**
 * Ends a route: OPTIONS answers what is allowed, any other method that got here is refused by
 * `refuse`. HEAD goes wherever GET does.
 */
export function only(methods: readonly Method[], refuse: (allow: string, req: Request) => Error) {
  const known = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...known, 'OPTIONS'].join(', ');
  return function onlyAllowed(req: Request, res: Response, next: NextFunction): void {
    if (req.method === 'OPTIONS') res.status(204).set('Allow', allow).end();
    else next(refuse(allow, req));
  };
}
