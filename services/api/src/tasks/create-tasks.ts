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

export function createTasks(deps: Omit<SubmitDeps & CancelDeps, 'lookup' | 'view'>): Tasks {
  const { queues, config, type } = deps;
  const view = Object.keys(type.view);
  const lookup = createLookup(queues, view, config);
  return {
    submit: createSubmit({ ...deps, view, lookup }),
    lookup,
    cancel: createCancel({ ...deps, lookup }),
    list: createList(queues, view),
  };
}
