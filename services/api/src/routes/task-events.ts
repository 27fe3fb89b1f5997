import { hasEnded, type TaskSummary } from '@primes/contracts';
import type { Request, Response } from 'express';
import type { Lookup } from '../tasks/lookup.ts';
import type { TaskWatcher } from '../tasks/watcher.ts';
import { endOf } from './end-of.ts';
import { queryOf } from './query.ts';
import { NoQuery } from './schemas.ts';
import { taskOf } from './task-of.ts';

/** Comments sent this often keep proxies, which cut idle connections after 30 to 60 s, from cutting. */
const HEARTBEAT_MS = 15_000;

export interface TaskEventsDeps {
  readonly lookup: Lookup;
  readonly watcher: TaskWatcher;
  /** Aborted when the process stops: streams end at once, and clients reconnect elsewhere. */
  readonly stopping: AbortSignal;
}

/**
 * GET /tasks/{id}/events: the task as server-sent events, at once and after each change, until it
 * ends. An event's id names the state it shows, so a client that reconnects with Last-Event-ID is
 * not told again what it knows; 204 tells it that there is nothing more to come.
 */
export function taskEvents({ lookup, watcher, stopping }: TaskEventsDeps) {
  return async function handleTaskEvents(req: Request, res: Response): Promise<void> {
    queryOf(req, NoQuery);
    const { summary } = await taskOf(req, lookup);
    let known = req.get('last-event-id');
    if (hasEnded(summary.status) && known === eventId(summary)) {
      res.status(204).end();
      return;
    }
    res
      .status(200)
      .type('text/event-stream')
      .set({ 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' })
      .flushHeaders();
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    const heartbeat = setInterval(() => res.write(': heartbeat\n\n'), HEARTBEAT_MS);
    try {
      const id = summary.request_id;
      const signal = endOf(res, stopping);
      for await (const task of watcher.changes(id, { read: () => lookup(id), signal })) {
        if (!task) break;
        if (eventId(task.summary) !== known) {
          known = eventId(task.summary);
          res.write(`id: ${known}\nevent: task\ndata: ${JSON.stringify(task.summary)}\n\n`);
        }
        if (hasEnded(task.summary.status)) break;
      }
    } finally {
      clearInterval(heartbeat);
      res.end();
    }
  };
}

function eventId({ status, progress }: TaskSummary): string {
  return `${status}-${progress}`;
}
