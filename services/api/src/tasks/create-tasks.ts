import type { Replicated } from '../queue/replicated-queues.ts';
import { createCancel, type Cancel, type CancelDeps } from './cancel.ts';
import { createList, type List } from './list.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { createSubmit, type Submit, type SubmitDeps } from './submit.ts';

/** The use cases of tasks, one function each. */
export interface Tasks {
  readonly submit: Submit;
  readonly lookup: Lookup;
  readonly cancel: Cancel;
  readonly list: List;
}

export interface TasksDeps extends Omit<SubmitDeps & CancelDeps, 'lookup' | 'view' | 'redis'> {
  /** What acknowledges submissions and cancellations. */
  readonly replicated: Replicated;
}

export function createTasks(deps: TasksDeps): Tasks {
  const { queues, replicated, config, type } = deps;
  const view = Object.keys(type.view);
  const lookup = createLookup(queues, view, config);
  return {
    submit: createSubmit({ ...deps, queues: replicated.queues, view, lookup }),
    lookup,
    cancel: createCancel({ ...deps, redis: replicated.redis, lookup }),
    list: createList(queues, view),
  };
}
