import { hasEnded } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { idOf, unknownTask } from '../requests/id-of.ts';
import { GetTaskQuery, GetTaskWithoutPagesQuery } from '../requests/schemas.ts';
import { endOfWait, waitForEnd, type WaitDeps } from '../requests/wait.ts';
import { formatOf } from '../results/formats.ts';
import { createSendTask, formatsOf, type SendTaskDeps } from '../results/send-task.ts';
import type { Lookup } from '../tasks/lookup.ts';
import { isTaskId } from '../tasks/task-id.ts';
import type { Task } from '../tasks/task-view.ts';

export interface GetTaskDeps extends SendTaskDeps, WaitDeps {
  readonly lookup: Lookup;
}

/** GET /tasks/{id}: the task, with its result once it is done. */
export function getTask(deps: GetTaskDeps) {
  const formats = formatsOf(deps);
  const query = deps.results ? GetTaskQuery : GetTaskWithoutPagesQuery;
  const sendTask = createSendTask(deps);

  return async function handleGetTask(req: Request, res: Response): Promise<void> {
    const format = formatOf(req, formats);
    const { wait = 0, ...page } = validate(query, req.query);
    const task = (await found(deps, { req, res, wait })) ?? unknownTask();
    res.set('Cache-Control', 'no-store').vary('Accept');
    if (!hasEnded(task.summary.status)) res.set('Retry-After', '1');
    await sendTask({ req, res, task, format, ...page });
  };
}

interface TaskRequest {
  readonly req: Request;
  readonly res: Response;
  /** Seconds. */
  readonly wait: number;
}

async function found(deps: GetTaskDeps, { req, res, wait }: TaskRequest): Promise<Task | undefined> {
  const id = idOf(req);
  const { principal } = contextOf(req);
  // Before a wait: it would take a slot and subscribe to changes.
  if (!isTaskId(id)) return undefined;
  const until = wait === 0 ? undefined : endOfWait(res, wait, deps.stopping);
  if (!until || until.aborted) return deps.lookup(id, principal);
  return waitForEnd(deps, { id, principal, until });
}
