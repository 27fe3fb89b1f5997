import type { Principal, TaskList, TaskStatus, TaskSummary } from '@primes/contracts';
import { Job, type JobType as State } from 'bullmq';
import type { TaskJob, TaskQueues } from '../queue/task-queues.ts';
import { mayRead, readsAll } from './ownership.ts';
import { toTask, type Task } from './task-view.ts';

/** The BullMQ states of each status; cancelled tasks are in the failed set. */
const STATES_OF: Record<TaskStatus, readonly State[]> = {
  pending: ['waiting', 'prioritized', 'delayed'],
  processing: ['active'],
  done: ['completed'],
  failed: ['failed'],
  cancelled: ['failed'],
};
const ALL_STATES = [...new Set(Object.values(STATES_OF).flat())];

/** Maximum length of an unfiltered list, over all its pages. */
const MAX_UNFILTERED = 1_000;
/** Maximum number of jobs that one page of a filtered list reads; if few match, the page is short and has a cursor. */
const MAX_SCANNED = 1_000;
/** Jobs of a state that one round trip reads, if tasks of others are skipped: pages of 20 would need 50 round trips. */
const SCAN_LENGTH = 100;

/**
 * The end of the previous page, as the numbers of a cursor. In a list of one status, the fields of a `Place`; in an
 * unfiltered list, `before` for each state.
 */
export type ListPosition = readonly number[];

/** The end of a page of one status. */
interface Place {
  /** Index in the states of the status. */
  readonly state: number;
  /** Number of tasks in this state before the end of the page, and after it. */
  readonly before: number;
  readonly after: number;
}

function toPosition({ state, before, after }: Place): ListPosition {
  return [state, before, after];
}

function toPlace([state = 0, before = 0, after = 0]: ListPosition): Place {
  return { state, before, after };
}

/** The maximum of each number of a position; the first position is all zeros. */
export function lastPosition(status: TaskStatus | undefined): ListPosition {
  if (status === undefined) return ALL_STATES.map(() => MAX_UNFILTERED);
  const { MAX_SAFE_INTEGER: most } = Number;
  return toPosition({ state: STATES_OF[status].length - 1, before: most, after: most });
}

export interface ListQuery {
  readonly status: TaskStatus | undefined;
  /** Within `lastPosition`. */
  readonly position: ListPosition;
  readonly limit: number;
  /** Only its tasks, unless it may read all; undefined if authentication is off. */
  readonly principal: Principal | undefined;
}

export interface ListPage extends Omit<TaskList, 'next_cursor'> {
  readonly next: ListPosition | undefined;
}

interface Source {
  readonly queues: TaskQueues;
  /** The visible fields of the input. */
  readonly view: readonly string[];
  readonly principal: Principal | undefined;
}

export type List = (query: ListQuery) => Promise<ListPage>;

/** The use case of GET /tasks. */
export function createList(queues: TaskQueues, view: readonly string[]): List {
  return async function list(query) {
    const source = { queues, view, principal: query.principal };
    return query.status === undefined ? newestOfAll(source, query) : ofStatus(source, query, query.status);
  };
}

/**
 * Tasks of one status, in the order of its states, newest first. A page may repeat tasks of the previous page, but it
 * never skips one, even if new tasks shift the list or the client cancels tasks that it reads. It continues after as many
 * tasks as were before the position, or before as many as were after it, whichever is earlier.
 */
async function ofStatus(source: Source, query: ListQuery, status: TaskStatus): Promise<ListPage> {
  const states = STATES_OF[status];
  const { limit } = query;
  const length = scanLength(source, limit);
  let place = toPlace(query.position);
  const found: TaskSummary[] = [];
  let scanned = 0;
  for (let state = states[place.state]; state !== undefined; state = states[place.state]) {
    if (scanned >= MAX_SCANNED) break;
    const total = await source.queues.tasks.getJobCountByTypes(state);
    const offset = Math.max(0, Math.min(place.before, total - place.after));
    const placeAt = (before: number) => ({ ...place, before, after: Math.max(0, total - before) });
    const tasks = await read(source, state, { offset, limit: length });
    scanned += tasks.length;
    for (const [index, task] of tasks.entries()) {
      if (task?.summary.status !== status) continue;
      found.push(task.summary);
      if (found.length === limit) {
        return { tasks: found, next: toPosition(placeAt(offset + index + 1)), truncated: false };
      }
    }
    if (tasks.length < length) place = { state: place.state + 1, before: 0, after: 0 };
    else place = placeAt(offset + tasks.length);
  }
  const next = place.state < states.length ? toPosition(place) : undefined;
  return { tasks: found, next, truncated: false };
}

/**
 * Merges all states, each in its own order, by time of submission. A page starts in each state where the previous page
 * ended, so it skips no task, although tasks end and are prioritized in a different order.
 */
async function newestOfAll(source: Source, { position, limit }: ListQuery): Promise<ListPage> {
  const found = new Map<string, TaskSummary>();
  let page: MergedPage = { next: position, truncated: false };
  do page = await merge(source, page.next ?? position, { found, limit });
  while (page.next && found.size < limit);
  return { tasks: [...found.values()], ...page };
}

type MergedPage = Omit<ListPage, 'tasks'>;

/** Adds to `found`, until it contains `limit` tasks or all that were read. */
async function merge(
  source: Source,
  position: ListPosition,
  { found, limit }: { found: Map<string, TaskSummary>; limit: number },
): Promise<MergedPage> {
  const depth = position.reduce((sum, offset) => sum + offset, 0);
  const room = Math.min(scanLength(source, limit - found.size), MAX_UNFILTERED - depth);
  if (room <= 0) return { next: undefined, truncated: true };
  const next = [...position];
  // One task more than fits shows whether there are more.
  const perState = await Promise.all(
    ALL_STATES.map((state, i) => read(source, state, { offset: next[i] ?? 0, limit: room + 1 })),
  );
  for (let taken = 0; taken < room && found.size < limit; taken++) {
    const turn = newestTurn(perState);
    if (turn === undefined) break;
    const task = perState[turn]?.shift();
    next[turn] = (next[turn] ?? 0) + 1;
    // A task that changed its state during the read occurs twice.
    if (task) found.set(task.summary.request_id, task.summary);
  }
  const more = perState.some((tasks) => tasks.length > 0);
  const atEnd = next.reduce((sum, offset) => sum + offset, 0) >= MAX_UNFILTERED;
  return { next: more && !atEnd ? next : undefined, truncated: more && atEnd };
}

/** Jobs to read of a state for a page of `limit` tasks. */
function scanLength({ principal }: Source, limit: number): number {
  return readsAll(principal) ? limit : Math.max(limit, SCAN_LENGTH);
}

/** The state whose first task was submitted last; jobs that are no tasks come first, so that they are skipped. */
function newestTurn(perState: readonly (readonly (Task | undefined)[])[]): number | undefined {
  let turn: number | undefined;
  let newest = -Infinity;
  for (const [i, tasks] of perState.entries()) {
    if (tasks.length === 0) continue;
    const submitted = tasks[0]?.job.timestamp ?? Infinity;
    if (submitted <= newest) continue;
    turn = i;
    newest = submitted;
  }
  return turn;
}

/**
 * Tasks of one BullMQ state, newest first; undefined if a job is no task, was just removed, or belongs to another
 * principal.
 */
async function read(
  { queues, view, principal }: Source,
  state: State,
  { offset, limit }: { offset: number; limit: number },
): Promise<(Task | undefined)[]> {
  // Not getJobs: it skips jobs that were just removed, and a short page would look like the last one.
  const ids = await queues.tasks.getRanges([state], offset, offset + limit - 1);
  const jobs = await Promise.all(
    ids.map((id) => Job.fromId(queues.tasks, id) as Promise<TaskJob | undefined>),
  );
  return jobs.map((job) => {
    const task = job && toTask(job, state === 'active' ? 'active' : 'waiting', view);
    return task && mayRead(principal, task.stored) ? task : undefined;
  });
}
