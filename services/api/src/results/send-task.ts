import {
  ResultUnavailableError,
  inputOf,
  type JobType,
  type ResultChunks,
  type ResultClient,
  type ResultFormat,
  type ResultReader,
} from '@primes/contracts';
import { HttpError, contextOf } from '@primes/service-kit';
import type { Request, Response } from 'express';
import { disconnection } from '../requests/end-of.ts';
import type { StreamLimits } from '../streams/slots.ts';
import type { Task } from '../tasks/task-view.ts';
import { JSON_TYPE } from './formats.ts';
import { sendChunks } from './send-chunks.ts';
import { sendWhole } from './send-whole.ts';

/** Items, about 100 kB of text. Shorter results need no slot: they fit into the kernel's buffer, so no client delays them. */
const MAX_UNLIMITED_ITEMS = 10_000;

interface ReadableResults {
  readonly formats: readonly ResultFormat[];
  readonly reader: ResultReader<object>;
}

export interface SendTaskDeps {
  readonly type: JobType<object>;
  /** Undefined for a job whose result is what its run returned. */
  readonly results: ReadableResults | undefined;
  readonly streams: StreamLimits;
}

interface TaskResponse {
  readonly req: Request;
  readonly res: Response;
  readonly task: Task;
  readonly format: ResultFormat;
  /** The requested page of the result; `limit=0` is only the status. */
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

/** The formats in which tasks can be sent. */
export function formatsOf({ results }: Pick<SendTaskDeps, 'results'>): readonly ResultFormat[] {
  return results?.formats ?? [{ mediaType: JSON_TYPE, header: '' }];
}

/** Sends a task, with its result once it is done. The result is streamed, except to HTTP/1.0. */
export function createSendTask({ type, results, streams }: SendTaskDeps) {
  return async function sendTask(response: TaskResponse): Promise<void> {
    const { res, task, format, offset = 0, limit } = response;
    const { summary, stored, job } = task;
    if (!results) {
      const isShown = summary.status === 'done' && limit !== 0;
      res.json({ ...summary, result: isShown ? (job.returnvalue.result ?? null) : null });
    } else if (summary.status !== 'done' || limit === 0) {
      sendWithoutResult(res, task, format);
    } else {
      const { reader } = results;
      const input = type.input.parse(inputOf(stored.task));
      const done = { taskId: summary.request_id, input, returned: job.returnvalue.result };
      const take = Math.max(0, Math.min(reader.length(done) - offset, limit ?? Infinity));
      const read = (client: ResultClient) => reader.read(done, { page: { offset, take }, format, client });
      await sendResult(streams, { ...response, take, read });
    }
  };
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

interface ResultResponse extends TaskResponse {
  readonly take: number;
  readonly read: (client: ResultClient) => Promise<ResultChunks>;
}

async function sendResult(streams: StreamLimits, response: ResultResponse): Promise<void> {
  const { req, res, format, take } = response;
  const isWhole = req.httpVersion === '1.0';
  if (isWhole && take > MAX_UNLIMITED_ITEMS) {
    const headers = { Upgrade: 'HTTP/1.1', Connection: 'Upgrade, close' };
    const detail =
      `Expected HTTP/1.1 or at most ${MAX_UNLIMITED_ITEMS} items (limit=${MAX_UNLIMITED_ITEMS}), received HTTP/1.0. ` +
      'nginx sends HTTP/1.1 with `proxy_http_version 1.1`';
    throw new HttpError('upgrade_required', { detail, headers });
  }
  if (req.method === 'HEAD') {
    res.status(200).type(format.mediaType).end();
    return;
  }
  const { requestId, traceparent } = contextOf(req);
  const disconnected = disconnection(res);
  const send = async () => {
    const chunks = await open(response, { signal: disconnected, requestId, traceparent });
    res.status(200).type(format.mediaType);
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
