import type { Replicated } from '../queue/replicated-queues.ts';
import { createReadBatch } from './batch.ts';
import { createCancel, type Cancel, type CancelDeps } from './cancel.ts';
import { createList, type List } from './list.ts';
import { createLookup, createReadTask, type Lookup, type ReadTask } from './lookup.ts';
import { createSubmit, type Submit, type SubmitDeps } from './submit.ts';
import { createSubmitBatch, type SubmitBatch } from './submit-batch.ts';
import { createWatch, type Watch } from './watch.ts';
import { createWebhookOf, type WebhookOf } from './webhook-of.ts';

/** The use cases of tasks, one function each. They take the principal of the request; undefined if authentication is off. */
export interface Tasks {
  readonly submit: Submit;
  readonly submitBatch: SubmitBatch;
  readonly lookup: Lookup;
  readonly watch: Watch;
  readonly cancel: Cancel;
  readonly list: List;
  readonly webhookOf: WebhookOf;
  /** For the process itself, regardless of the task's owner. */
  readonly readTask: ReadTask;
}

export interface TasksDeps extends Omit<SubmitDeps & CancelDeps, 'readTask' | 'redis'> {
  /** What acknowledges submissions and cancellations. */
  readonly replicated: Replicated;
}

export function createTasks(deps: TasksDeps): Tasks {
  const { queues, replicated, type, watcher } = deps;
  const readTask = createReadTask(queues, type);
  const readBatch = createReadBatch(queues, type);
  const submission = { ...deps, queues: replicated.queues, readTask };
  return {
    submit: createSubmit(submission),
    submitBatch: createSubmitBatch({ ...submission, readBatch }),
    lookup: createLookup(readTask),
    watch: createWatch(readTask, watcher),
    cancel: createCancel({ ...deps, redis: replicated.redis, readTask }),
    list: createList({ queues, type }, readBatch),
    webhookOf: createWebhookOf(queues),
    readTask,
  };
}
