import { createCancel, type Cancel, type CancelDeps } from './cancel.ts';
import { createList, type List } from './list.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { createSubmit, type Submit, type SubmitDeps } from './submit.ts';

/** What can be done with tasks: one function a use case. */
export interface Tasks {
  readonly submit: Submit;
  readonly lookup: Lookup;
  readonly cancel: Cancel;
  readonly list: List;
}

export function createTasks(deps: Omit<SubmitDeps & CancelDeps, 'lookup'>): Tasks {
  const { queues, config } = deps;
  const lookup = createLookup(queues, config);
  return {
    submit: createSubmit({ ...deps, lookup }),
    lookup,
    cancel: createCancel({ ...deps, lookup }),
    list: createList(queues),
  };
}
