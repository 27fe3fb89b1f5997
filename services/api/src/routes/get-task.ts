import {
  ResultUnavailableError,
  hasEnded,
  inputOf,
  type JobType,
  type Principal,
  type ResultChunks,
  type ResultClient,
  type ResultFormat,
  type ResultReader,
} from '@primes/contracts';
import { HttpError, contextOf, validate } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { JSON_TYPE, formatOf } from '../results/formats.ts';
import { sendChunks } from '../results/send-chunks.ts';
import { sendWhole } from '../results/send-whole.ts';
import type { StreamLimits } from '../streams/slots.ts';
import type { Lookup } from '../tasks/lookup.ts';
import { isTaskId } from '../tasks/task-id.ts';
import type { Task } from '../tasks/task-view.ts';
import type { Watch } from '../tasks/watch.ts';
import { disconnection, endOf } from '../requests/end-of.ts';
import { GetTaskQuery, GetTaskWithoutPagesQuery } from '../requests/schemas.ts';
import { idOf, unknownTask } from '../requests/id-of.ts';

/** Items, about 100 kB of text. Shorter results need no slot: they fit into the kernel's buffer, so no client delays them. */
const MAX_UNLIMITED_ITEMS = 10_000;

/** Proxies commonly time out after 60 s, and Redis may take some of that. */
const MAX_WAIT_SECONDS = 55;

interface ReadableResults {
  readonly formats: readonly ResultFormat[];
  readonly reader: ResultReader<object>;
}

export interface GetTaskDeps {
  readonly type: JobType<object>;
  readonly lookup: Lookup;
  readonly watch: Watch;
  /** Undefined for a job whose result is what its run returned. */
  readonly results: ReadableResults | undefined;
  readonly streams: StreamLimits;
  readonly stopping: AbortSignal;
}

/** GET /tasks/{id}: the task, with its result once it is done. */
export function getTask(deps: GetTaskDeps) {
  const { results } = deps;
  return results ? getTaskByPage(deps, results) : getTaskWithReturnedResult(deps);
}

function getTaskWithReturnedResult(deps: GetTaskDeps) {
  return async function handleGetTask(req: Request, res: Response): Promise<void> {
    formatOf(req, [{ mediaType: JSON_TYPE, header: '' }]);
    const { wait = 0, limit } = validate(GetTaskWithoutPagesQuery, req.query);
    const { summary, job } = await foundTask(deps, { req, res, wait });
    const isShown = summary.status === 'done' && limit !== 0;
    res.json({ ...summary, result: isShown ? (job.returnvalue.result ?? null) : null });
  };
}

/** The result is streamed, except to HTTP/1.0. */
function getTaskByPage(deps: GetTaskDeps, { formats, reader }: ReadableResults) {
  return async function handleGetTask(req: Request, res: Response): Promise<void> {
    const format = formatOf(req, formats);
    const { wait = 0, offset = 0, limit } = validate(GetTaskQuery, req.query);
    const task = await foundTask(deps, { req, res, wait });
    if (task.summary.status !== 'done' || limit === 0) {
      sendWithoutResult(res, task, format);
      return;
    }
    const { summary, stored, job } = task;
    const input = deps.type.input.parse(inputOf(stored.task));
    const done = { taskId: summary.request_id, input, returned: job.returnvalue.result };
    const take = Math.max(0, Math.min(reader.length(done) - offset, limit ?? Infinity));
    const read = (client: ResultClient) => reader.read(done, { page: { offset, take }, format, client });
    await sendResult(deps, { req, res, task, format, take, read });
  };
}

interface TaskRequest {
  readonly req: Request;
  readonly res: Response;
  /** Seconds. */
  readonly wait: number;
}

async function foundTask(deps: GetTaskDeps, { req, res, wait }: TaskRequest): Promise<Task> {
  const id = idOf(req);
  // Before a wait: it would take a slot and subscribe to changes.
  const waitUntil = endOfWait(res, wait, deps.stopping);
  const { principal } = contextOf(req);
  const task = isTaskId(id) ? await find(deps, { id, principal, waitUntil }) : undefined;
  if (!task) unknownTask();
  res.set('Cache-Control', 'no-store').vary('Accept');
  if (!hasEnded(task.summary.status)) res.set('Retry-After', '1');
  return task;
}

/** Undefined without a wait. */
function endOfWait(res: Response, seconds: number, stopping: AbortSignal): AbortSignal | undefined {
  if (seconds === 0) return undefined;
  return AbortSignal.any([endOf(res, stopping), AbortSignal.timeout(waitMs(seconds))]);
}

/** Milliseconds to wait for `?wait=seconds`. */
export function waitMs(seconds: number): number {
  return Math.min(seconds, MAX_WAIT_SECONDS) * 1_000;
}

interface Wanted {
  readonly id: string;
  readonly principal: Principal | undefined;
  readonly waitUntil: AbortSignal | undefined;
}

async function find(
  { lookup, watch, streams }: GetTaskDeps,
  { id, principal, waitUntil }: Wanted,
): Promise<Task | undefined> {
  if (!waitUntil || waitUntil.aborted) return lookup(id, principal);
  return streams.watchers.hold(async () => {
    let task: Task | undefined;
    for await (task of watch(id, principal, { signal: waitUntil, endOnly: true })) {
      if (!task || hasEnded(task.summary.status)) break;
    }
    return task;
  });
}

function sendWithoutResult(res: Response, task: Task, format: ResultFormat): void {
  const { status } = task.summary;
  if (format.mediaType === JSON_TYPE) {
    res.json({ ...task.summary, result: status === 'done' ? [] : null });
  } else if (status === 'done') {
    res.type(format.mediaType).send(format.header);
  } else {
    const detail = `${format.mediaType} requires a task that is done, received one that is ${status}`;
    throw new HttpError('not_done', { detail });
  }
}

interface ResultResponse {
  readonly req: Request;
  readonly res: Response;
  readonly task: Task;
  readonly format: ResultFormat;
  readonly take: number;
  readonly read: (client: ResultClient) => Promise<ResultChunks>;
}

async function sendResult({ streams }: GetTaskDeps, delivery: ResultResponse): Promise<void> {
  const { req, res, format, take } = delivery;
  const isWhole = req.httpVersion === '1.0';
  if (isWhole && take > MAX_UNLIMITED_ITEMS) {
    const headers = { Upgrade: 'HTTP/1.1', Connection: 'Upgrade, close' };
    const detail =
      `Expected HTTP/1.1 or at most ${MAX_UNLIMITED_ITEMS} items (limit=${MAX_UNLIMITED_ITEMS}), received HTTP/1.0. ` +
      'nginx sends HTTP/1.1 with `proxy_http_version 1.1`';
    throw new HttpError('upgrade_required', { detail, headers });
  }
  res.status(200).type(format.mediaType);
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  const { requestId, traceparent } = contextOf(req);
  const disconnected = disconnection(res);
  const send = async () => {
    const chunks = await open(delivery, { signal: disconnected, requestId, traceparent });
    await (isWhole ? sendWhole(res, chunks) : sendChunks(res, chunks, streams.stallMs));
  };
  await (take > MAX_UNLIMITED_ITEMS ? streams.results.hold(send) : send());
}

async function open({ task, format, read }: ResultResponse, client: ResultClient): Promise<ResultChunks> {
  try {
    const chunks = await read(client);
    return format.mediaType === JSON_TYPE ? within(task, chunks) : chunks;
  } catch (error) {
    if (!(error instanceof ResultUnavailableError)) throw error;
    throw new HttpError('result_unavailable', { detail: error.message, retryAfter: 2 });
  }
}

/** `result` is the last key, so everything before it is known when the stream starts. */
async function* within(task: Task, result: ResultChunks): ResultChunks {
  yield Buffer.from(`${JSON.stringify(task.summary).slice(0, -1)},"result":`);
  yield* result;
  yield Buffer.from('}');
}
