import { hasEnded } from '@primes/contracts';
import { contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { bodyOf, idempotencyKeyOf } from '../requests/body.ts';
import { NoQuery } from '../requests/schemas.ts';
import { taskBody, type TaskBodyDeps } from '../requests/task-body.ts';
import { endOfWait, waitForEnd, waitPreference, type WaitDeps } from '../requests/wait.ts';
import { JSON_TYPE } from '../results/formats.ts';
import { createSendTask, formatsOf, type SendTaskDeps } from '../results/send-task.ts';
import { READERS, hasOneOf } from '../tasks/ownership.ts';
import type { Submit } from '../tasks/submit.ts';

export interface SubmitTaskDeps extends TaskBodyDeps, SendTaskDeps, WaitDeps {
  readonly submit: Submit;
}

/** POST /tasks: validates the request and adds the task to the queue; with `Prefer: wait`, waits for its result. */
export function submitTask({ submit, ...deps }: SubmitTaskDeps) {
  const { schema, specOf } = taskBody(deps);
  const sendEnded = createSendEnded(deps);

  return async function handleSubmitTask(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    const spec = specOf(validate(schema, bodyOf(req, [JSON_TYPE])));
    const { requestId, traceparent, principal } = contextOf(req);
    const idempotencyKey = idempotencyKeyOf(req);
    const { summary, created } = await submit(spec, { requestId, traceparent, principal, idempotencyKey });
    const id = summary.request_id;
    res.locals['taskId'] = id;
    res.location(`${deps.config.BASE_PATH}/tasks/${id}`);
    // Without the role, a task may be submitted but not read.
    const wait = !principal || hasOneOf(principal, READERS) ? waitPreference(req.get('prefer')) : undefined;
    if (wait !== undefined && (await sendEnded({ req, res, id, wait }))) return;
    res.set('Retry-After', '1');
    sendJson(res, created ? 202 : 200, summary);
  };
}

interface Accepted {
  readonly req: Request;
  readonly res: Response;
  readonly id: string;
  /** Seconds. */
  readonly wait: number;
}

/**
 * Sends a task as GET does, if it ends in time.
 *
 * @returns false if it does not, or if its result cannot be sent now: the task is accepted whatever happens to this wait
 */
function createSendEnded(deps: SendTaskDeps & WaitDeps) {
  const sendTask = createSendTask(deps);
  const mediaTypes = formatsOf(deps).map(({ mediaType }) => mediaType);

  return async function sendEnded({ req, res, id, wait }: Accepted): Promise<boolean> {
    try {
      const until = endOfWait(res, wait, deps.stopping);
      const { principal } = contextOf(req);
      const task = await waitForEnd(deps, { id, principal, until });
      if (!task || !hasEnded(task.summary.status)) return false;
      // Only a result has other formats.
      const wanted = task.summary.status === 'done' ? req.accepts(mediaTypes) : JSON_TYPE;
      const format = formatsOf(deps).find(({ mediaType }) => mediaType === wanted) ?? JSON_FORMAT;
      res.set({ 'Preference-Applied': `wait=${wait}`, 'Cache-Control': 'no-store' }).vary('Accept');
      await sendTask({ req, res, task, format });
      return true;
    } catch (error) {
      if (res.headersSent) throw error;
      res.removeHeader('Preference-Applied');
      return false;
    }
  };
}

/** Express' own `json` took 7 µs more of 175: it reads settings, and parses the type that it has just set. */
function sendJson(res: Response, status: number, body: object): void {
  const text = Buffer.from(JSON.stringify(body));
  res
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': text.length })
    .end(text);
}

const JSON_FORMAT = { mediaType: JSON_TYPE, header: '' };
