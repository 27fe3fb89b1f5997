import type { Replicated } from '../queue/replicated-queues.ts';
import { createCancel, type Cancel, type CancelDeps } from './cancel.ts';
import { createList, type List } from './list.ts';
import { createLookup, createReadTask, type Lookup, type ReadTask } from './lookup.ts';
import { createSubmit, type Submit, type SubmitDeps } from './submit.ts';
import { createWatch, type Watch } from './watch.ts';

/** The use cases of tasks, one function each. They take the principal of the request; undefined if authentication is off. */
export interface Tasks {
  readonly submit: Submit;
  readonly lookup: Lookup;
  readonly watch: Watch;
  readonly cancel: Cancel;
  readonly list: List;
  /** For the process itself, regardless of the task's owner. */
  readonly readTask: ReadTask;
}

export interface TasksDeps extends Omit<SubmitDeps & CancelDeps, 'readTask' | 'view' | 'redis'> {
  /** What acknowledges submissions and cancellations. */
  readonly replicated: Replicated;
}

export function createTasks(deps: TasksDeps): Tasks {
  const { queues, replicated, config, type, watcher } = deps;
  const view = Object.keys(type.view);
  const readTask = createReadTask(queues, view, config);
  return {
    submit: createSubmit({ ...deps, queues: replicated.queues, view, readTask }),
    lookup: createLookup(readTask),
    watch: createWatch(readTask, watcher),
    cancel: createCancel({ ...deps, redis: replicated.redis, readTask }),
    list: createList(queues, view),
    readTask,
  };
}
