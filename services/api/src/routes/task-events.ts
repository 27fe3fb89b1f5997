import { hasEnded, type Principal, type TaskSummary } from '@primes/contracts';
import {
  HttpError,
  askToReconnect,
  contextOf,
  isEventSource,
  isRedisUnavailable,
  openEventStream,
  validate,
} from '@primes/service-kit';
import type { Request, Response } from 'express';
import { PacedWriter } from '../streams/paced-writer.ts';
import type { StreamLimits } from '../streams/slots.ts';
import type { Lookup } from '../tasks/lookup.ts';
import type { Watch } from '../tasks/watch.ts';
import { endOf } from '../requests/end-of.ts';
import { NoQuery } from '../requests/schemas.ts';
import { idOf, unknownTask } from '../requests/id-of.ts';

/** Interval of comments that keep the connection open: proxies close idle connections after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;

export interface TaskEventsDeps {
  readonly lookup: Lookup;
  readonly watch: Watch;
  readonly streams: StreamLimits;
  /** Aborted when the process stops: streams end at once, and clients reconnect elsewhere. */
  readonly stopping: AbortSignal;
}

interface Followed {
  readonly id: string;
  readonly principal: Principal | undefined;
  /** The id of the last event that the client has. */
  readonly known: string | undefined;
}

/**
 * GET /tasks/{id}/events: the task as server-sent events, at once and after each change, until it ends. The event id
 * identifies the state, so a client that reconnects with Last-Event-ID does not receive it again; 204 means that there
 * are no more events.
 */
export function taskEvents({ lookup, watch, streams, stopping }: TaskEventsDeps) {
  return async function handleTaskEvents(req: Request, res: Response): Promise<void> {
    validate(NoQuery, req.query);
    try {
      const { principal } = contextOf(req);
      const { summary } = (await lookup(idOf(req), principal)) ?? unknownTask();
      const known = req.get('last-event-id');
      if (hasEnded(summary.status) && known === eventId(summary)) res.status(204).end();
      else if (req.method === 'HEAD') openEventStream(res).end();
      else await streams.watchers.hold(() => follow(res, { id: summary.request_id, principal, known }));
    } catch (error) {
      if (res.headersSent || !isTemporary(error) || !isEventSource(req)) throw error;
      askToReconnect(res);
    }
  };

  async function follow(res: Response, followed: Followed): Promise<void> {
    openEventStream(res).flushHeaders();
    const writer = new PacedWriter(res, streams.stallMs);
    const heartbeat = setInterval(() => {
      if (!writer.waiting) void writer.write(': heartbeat\n\n');
    }, HEARTBEAT_MS);
    let { known } = followed;
    try {
      const options = { signal: endOf(res, stopping), throughOutages: true };
      for await (const task of watch(followed.id, followed.principal, options)) {
        if (!task) break;
        if (eventId(task.summary) !== known) {
          known = eventId(task.summary);
          // Changes until the client has read it are skipped: an event contains the current task.
          await writer.write(`id: ${known}\nevent: task\ndata: ${JSON.stringify(task.summary)}\n\n`);
        }
        if (hasEnded(task.summary.status)) break;
      }
    } finally {
      clearInterval(heartbeat);
      writer.close();
      res.end();
    }
  }
}

/** Whether an error becomes a 503, so that a retry may succeed. */
function isTemporary(error: unknown): boolean {
  return isRedisUnavailable(error) || (error instanceof HttpError && error.status === 503);
}

function eventId({ status, progress }: TaskSummary): string {
  return `${status}-${progress}`;
}
