import { hasEnded } from '@primes/contracts';
import { contextOf } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { httpError } from '../errors.ts';
import { formatOf, type Format } from '../results/formats.ts';
import type { OpenResult } from '../results/open-result.ts';
import { sendChunks } from '../results/send-chunks.ts';
import type { Lookup } from '../tasks/lookup.ts';
import { isTaskId } from '../tasks/task-id.ts';
import type { Task } from '../tasks/task-view.ts';
import type { TaskWatcher } from '../tasks/watcher.ts';
import { endOf } from './end-of.ts';
import { queryOf } from './query.ts';
import { GetTaskQuery } from './schemas.ts';
import { idOf, unknownTask } from './task-of.ts';

export interface GetTaskDeps {
  readonly lookup: Lookup;
  readonly watcher: TaskWatcher;
  readonly openResult: OpenResult;
  readonly stopping: AbortSignal;
}

/** GET /tasks/{id}: the task, and once it is done its primes, streamed out of the store. */
export function getTask(deps: GetTaskDeps) {
  return async function handleGetTask(req: Request, res: Response): Promise<void> {
    const format = formatOf(req);
    const { wait = 0, offset = 0, limit } = queryOf(req, GetTaskQuery);
    const id = idOf(req);
    const task = isTaskId(id) ? await find(deps, id, endOfWait(res, wait, deps.stopping)) : undefined;
    if (!task) unknownTask();
    res.set('Cache-Control', 'no-store').vary('Accept');
    if (task.summary.status !== 'done' || limit === 0) {
      sendWithoutPrimes(res, task, format);
      return;
    }
    const take = Math.max(0, Math.min(task.summary.n - offset, limit ?? Infinity));
    await sendPrimes(deps, { req, res, task, format, page: { offset, take } });
  };
}

/** undefined when there is nothing to wait for. */
function endOfWait(res: Response, seconds: number, stopping: AbortSignal): AbortSignal | undefined {
  if (seconds === 0) return undefined;
  return AbortSignal.any([endOf(res, stopping), AbortSignal.timeout(seconds * 1_000)]);
}

async function find(
  { lookup, watcher }: GetTaskDeps,
  id: string,
  waitUntil: AbortSignal | undefined,
): Promise<Task | undefined> {
  if (!waitUntil || waitUntil.aborted) return lookup(id);
  let task: Task | undefined;
  for await (task of watcher.changes(id, { read: () => lookup(id), signal: waitUntil })) {
    if (!task || hasEnded(task.summary.status)) break;
  }
  return task;
}

function sendWithoutPrimes(res: Response, task: Task, format: Format): void {
  const { status } = task.summary;
  if (status === 'pending' || status === 'processing') res.set('Retry-After', '1');
  if (format.wrapsTask) {
    res.json({ ...task.summary, result: status === 'done' ? [] : null });
  } else if (status === 'done') {
    res.type(format.mediaType).send(format.header);
  } else {
    const detail = `The task is ${status}; ${format.mediaType} carries primes alone`;
    throw httpError('not_done', { detail });
  }
}

interface Delivery {
  readonly req: Request;
  readonly res: Response;
  readonly task: Task;
  readonly format: Format;
  readonly page: { readonly offset: number; readonly take: number };
}

async function sendPrimes(deps: GetTaskDeps, { req, res, task, format, page }: Delivery): Promise<void> {
  if (req.httpVersion === '1.0') {
    // Without chunks the end of a broken stream would look like the end of the result.
    const headers = { Upgrade: 'HTTP/1.1', Connection: 'Upgrade, close' };
    throw httpError('upgrade_required', { detail: 'Use HTTP/1.1, or limit=0 for the status', headers });
  }
  res.status(200).type(format.mediaType);
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  const { requestId, traceparent } = contextOf(req);
  const gone = endOf(res, new AbortController().signal);
  const slices = await deps.openResult(task.summary.n, page, { signal: gone, requestId, traceparent });
  await sendChunks(res, format.encode(task.summary, slices));
}
