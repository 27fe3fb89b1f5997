import { setTimeout as delay } from 'node:timers/promises';
import type { JobType, Principal, TaskStatus } from '@primes/contracts';
import * as z from 'zod';
import { cancelTasks, type CancelTasksDeps } from '../tasks/cancel.ts';
import { STATES_OF, matcherOf, readTasksOfAnyState, taskFilterSchema } from '../tasks/filter.ts';
import type { Task } from '../tasks/task-view.ts';
import { discardTasks } from './discard.ts';
import { RETRYABLE, retryTasks, roomFor, type RetryDeps } from './retry.ts';

/** Tasks that one call reads: all that wait or are kept by default, for an older one that matches must be found too. */
const MAX_SCANNED = 100_000;
/** Tasks that are read and changed at a time: for about 1 ms each, the api and Redis serve nobody else. */
const PIECE = 10;

/** The statuses of the tasks that an action can change. */
const STATUSES = {
  retry: RETRYABLE,
  cancel: ['pending', 'processing'],
  discard: ['done', 'failed', 'cancelled'],
} as const satisfies Record<string, readonly TaskStatus[]>;

const count = (description: string) => z.int().min(0).meta({ description });

const ActionNameSchema = z.enum(['retry', 'cancel', 'discard']).meta({
  description: '`discard` removes ended tasks as if they had expired',
});

/** The body of POST /tasks/actions. */
export function actionSchema(type: Pick<JobType<object>, 'view'>) {
  return z
    .strictObject({
      action: ActionNameSchema,
      filter: taskFilterSchema(type, 'json').required({ status: true }),
      dry_run: z.boolean().default(false).meta({ description: 'Only count the tasks' }),
    })
    .superRefine(({ action, filter: { status } }, context) => {
      const expected: readonly TaskStatus[] = STATUSES[action];
      if (expected.includes(status)) return;
      const message = `Must be one of ${expected.join(', ')} for the action ${action}, received ${status}`;
      context.addIssue({ code: 'custom', path: ['filter', 'status'], message });
    })
    .meta({ id: 'TaskAction' });
}
export type Action = z.output<ReturnType<typeof actionSchema>>;

export const ActionResultSchema = z
  .strictObject({
    action: ActionNameSchema,
    dry_run: z.boolean(),
    matched: count('Tasks that the filter selects'),
    changed: count(
      'Those that the action has changed; others changed at the same time, or this is a dry run',
    ),
    scanned: count('Tasks that were read, the newest first'),
    truncated: z.boolean().meta({ description: 'There are more: repeat the call' }),
    queue_full: z.boolean().meta({
      description: 'There was no room in the queue to retry more tasks: repeat the call when fewer wait',
    }),
  })
  .meta({ id: 'TaskActionResult' });
export type ActionResult = z.infer<typeof ActionResultSchema>;

export type ActionsDeps = RetryDeps & CancelTasksDeps;

/** Whose call it is. */
export interface ActionCall {
  readonly principal: Principal | undefined;
  /** Stops between two pieces. */
  readonly signal: AbortSignal;
  /** Called at first and after each piece with the number of tasks that were changed so far. */
  readonly onChange: (changed: number) => void;
}

/** Acts on all tasks of a filter, in pieces, so that other requests are served meanwhile. */
export async function act(
  deps: ActionsDeps,
  { action, filter, dry_run: isDryRun }: Action,
  { principal, signal, onChange }: ActionCall,
): Promise<ActionResult> {
  const matches = matcherOf(filter, principal);
  let [scanned, matched, changed] = [0, 0, 0];
  let isFull = false;
  onChange(changed);
  const ids = await idsOf(deps, filter.status);
  while (scanned < Math.min(ids.length, MAX_SCANNED) && !isFull) {
    const start = performance.now();
    const piece = ids.slice(scanned, Math.min(scanned + PIECE, MAX_SCANNED));
    const selected = (await read(deps, piece)).filter(matches);
    if (!isDryRun) {
      const fitting = action === 'retry' ? selected.slice(0, roomFor(deps, selected)) : selected;
      isFull = fitting.length < selected.length;
      if (fitting.length > 0) changed += await change(deps, action, fitting);
    }
    scanned += piece.length;
    matched += selected.length;
    onChange(changed);
    // Not before the first piece: each call makes progress.
    if (signal.aborted) break;
    // A part of the time is for others alone.
    await delay((performance.now() - start) / 2);
  }
  if (!isDryRun) deps.log.info({ action, filter, matched, changed }, 'tasks changed by an operator');
  const truncated = isFull || scanned < ids.length;
  return { action, dry_run: isDryRun, matched, changed, scanned, truncated, queue_full: isFull };
}

function change(deps: ActionsDeps, action: Action['action'], tasks: readonly Task[]): Promise<number> {
  switch (action) {
    case 'retry':
      return retryTasks(deps, tasks);
    case 'cancel':
      return cancelTasks({ ...deps, redis: deps.replicated.redis }, tasks);
    case 'discard':
      return discardTasks(deps.replicated, tasks);
  }
}

/** One more than are read, if there are more. */
async function idsOf({ queues }: ActionsDeps, status: TaskStatus): Promise<string[]> {
  const ids = await queues.tasks.getRanges([...STATES_OF[status]], 0, MAX_SCANNED);
  return ids.slice(0, MAX_SCANNED + 1);
}

/** A worker may have taken a task, or returned it, since the ids were read: for the filter, its status now counts. */
async function read(deps: ActionsDeps, ids: readonly string[]): Promise<Task[]> {
  const tasks = await readTasksOfAnyState(deps, ids);
  return tasks.filter((task) => task !== undefined).filter(({ job }) => !deps.queues.hasExpired(job));
}
