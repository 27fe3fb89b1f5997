import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { bodyOf } from '../../requests/body.ts';
import { endOfWait } from '../../requests/wait.ts';
import { act, actionSchema, type ActionsDeps } from '../actions.ts';

/** Proxies commonly time out after 60 s, and then the client would not know what was done. */
const MAX_SECONDS = 55;

export interface ActOnTasksDeps extends ActionsDeps {
  /** Aborted when the process stops: the call ends early, and the client repeats it elsewhere. */
  readonly stopping: AbortSignal;
}

/** POST /tasks/actions: retries, cancels or discards all tasks of a filter. */
export function actOnTasks(deps: ActOnTasksDeps) {
  const schema = actionSchema(deps.type);

  return async function handleActOnTasks(req: Request, res: Response): Promise<void> {
    const action = validate(schema, bodyOf(req, ['application/json']));
    const onChange = (changed: number) => {
      res.locals['changed'] = changed;
    };
    const { principal } = contextOf(req);
    const signal = endOfWait(res, MAX_SECONDS, deps.stopping);
    const acting = act(deps, action, { principal, signal, onChange });
    res.locals['acting'] = acting;
    res.json(await acting);
  };
}
