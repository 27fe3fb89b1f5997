import type { TaskList, TaskStatus, TaskSummary } from '@primes/contracts';
import { Job, type JobType } from 'bullmq';
import type { TaskJob, TaskQueues } from '../queue/task-queues.ts';
import { toTask, type Task } from './task-view.ts';

/** BullMQ's states in which tasks of a status are found; a cancelled one may be in any of them. */
const STATES_OF: Record<TaskStatus, readonly JobType[]> = {
  pending: ['waiting', 'prioritized', 'delayed'],
  processing: ['active'],
  done: ['completed'],
  failed: ['failed'],
  cancelled: ['failed', 'active', 'waiting', 'prioritized', 'delayed'],
};
const ALL_STATES = [...new Set(Object.values(STATES_OF).flat())];

/** How deep an unfiltered list goes, over all its pages. */
const DEEPEST = 1_000;
/** How many jobs one page of a filtered list looks at; it ends short, with a cursor, if few match. */
const MOST_LOOKED_AT = 1_000;

/**
 * Where the page before ended. Of one status: which of its states comes next, and how many of that
 * came before. Of all: how many of each state came before.
 */
export type ListPosition = readonly number[];

/** How long the positions of a list are, and how large each number in them may be. The first is all zeros. */
export function lastPosition(status: TaskStatus | undefined): ListPosition {
  if (status === undefined) return ALL_STATES.map(() => DEEPEST);
  return [STATES_OF[status].length - 1, Number.MAX_SAFE_INTEGER];
}

export interface ListQuery {
  readonly status: TaskStatus | undefined;
  /** Within `lastPosition`. */
  readonly position: ListPosition;
  readonly limit: number;
}

export interface ListPage extends Omit<TaskList, 'next_cursor'> {
  readonly next: ListPosition | undefined;
}

export type List = (query: ListQuery) => Promise<ListPage>;

/** The use case of GET /tasks. */
export function createList(queues: TaskQueues): List {
  return async function list(query) {
    return query.status === undefined ? newestOfAll(queues, query) : ofStatus(queues, query, query.status);
  };
}

/**
 * One status in its states' own order, the newest first. New tasks move the rest along, so a page may
 * repeat a task of the page before, and never misses one.
 */
async function ofStatus(queues: TaskQueues, query: ListQuery, status: TaskStatus): Promise<ListPage> {
  const states = STATES_OF[status];
  const { limit } = query;
  let [state = 0, offset = 0] = query.position;
  const found: TaskSummary[] = [];
  let lookedAt = 0;
  for (let type = states[state]; type !== undefined; type = states[state]) {
    if (lookedAt >= MOST_LOOKED_AT) break;
    const tasks = await read(queues, type, { offset, limit });
    lookedAt += tasks.length;
    for (const [index, task] of tasks.entries()) {
      if (task?.summary.status !== status) continue;
      found.push(task.summary);
      if (found.length === limit)
        return { tasks: found, next: [state, offset + index + 1], truncated: false };
    }
    if (tasks.length < limit) {
      state++;
      offset = 0;
    } else {
      offset += tasks.length;
    }
  }
  return { tasks: found, next: state < states.length ? [state, offset] : undefined, truncated: false };
}

/**
 * All states side by side, each in its own order: next comes the one whose turn has the task that was
 * submitted last. A page starts where the one before ended in each state, so none is left out, though
 * tasks end, and are prioritized, in another order than they were submitted in.
 */
async function newestOfAll(queues: TaskQueues, { position, limit }: ListQuery): Promise<ListPage> {
  const room = Math.min(limit, DEEPEST - position.reduce((sum, offset) => sum + offset, 0));
  if (room <= 0) return { tasks: [], next: undefined, truncated: true };
  const next = [...position];
  // One more than there is room for tells whether there are more.
  const perState = await Promise.all(
    ALL_STATES.map((type, i) => read(queues, type, { offset: next[i] ?? 0, limit: room + 1 })),
  );
  const found = new Map<string, TaskSummary>();
  for (let taken = 0; taken < room; taken++) {
    const turn = newestTurn(perState);
    if (turn === undefined) break;
    const task = perState[turn]?.shift();
    next[turn] = (next[turn] ?? 0) + 1;
    // A task that moved on while the states were read is in two of them.
    if (task) found.set(task.summary.request_id, task.summary);
  }
  const more = perState.some((tasks) => tasks.length > 0);
  const deep = next.reduce((sum, offset) => sum + offset, 0) >= DEEPEST;
  return { tasks: [...found.values()], next: more && !deep ? next : undefined, truncated: more && deep };
}

/** The state whose first task was submitted last; what is no task is got out of the way first. */
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

/** Tasks of one BullMQ state, newest first; undefined where a job is no task or has just gone. */
async function read(
  queues: TaskQueues,
  type: JobType,
  { offset, limit }: { offset: number; limit: number },
): Promise<(Task | undefined)[]> {
  // Not getJobs: it leaves out what has just gone, and a short page would look like the last one.
  const ids = await queues.tasks.getRanges([type], offset, offset + limit - 1);
  const jobs = await Promise.all(
    ids.map((id) => Job.fromId(queues.tasks, id) as Promise<TaskJob | undefined>),
  );
  const state = type === 'active' ? 'active' : 'waiting';
  return jobs.map((job) => (job ? toTask(job, state) : undefined));
}
