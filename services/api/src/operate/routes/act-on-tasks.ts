import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { bodyOf } from '../../requests/body.ts';
import { disconnection } from '../../requests/end-of.ts';
import { act, actionSchema, type ActionsDeps } from '../actions.ts';

/** POST /tasks/actions: retries, cancels or discards all tasks of a filter. */
export function actOnTasks(deps: ActionsDeps) {
  const schema = actionSchema(deps.type);

  return async function handleActOnTasks(req: Request, res: Response): Promise<void> {
    const action = validate(schema, bodyOf(req, ['application/json']));
    const onChange = (changed: number) => {
      res.locals['changed'] = changed;
    };
    const { principal } = contextOf(req);
    const acting = act(deps, action, { principal, signal: disconnection(res), onChange });
    res.locals['acting'] = acting;
    res.json(await acting);
  };
}
