import {
  TASK_LIMITS,
  TASK_STATUSES,
  type Principal,
  type TaskList,
  type TaskStatus,
  type TaskSummary,
} from '@primes/contracts';
import type { JobType as State } from 'bullmq';
import type { ReadBatch } from './batch.ts';
import {
  ALL_STATES,
  matcherOf,
  matchesAll,
  readTasks,
  statesOf,
  type Source,
  type TaskFilter,
} from './filter.ts';
import { mayRead, readsAll, summaryFor } from './ownership.ts';
import type { Task } from './task-view.ts';

/**
 * Maximum number of jobs that one page reads, because Redis has no search; if few match, the page is short and has a
 * cursor.
 */
const MAX_SCANNED = 5_000;
/** Jobs of a state that one round trip reads, if some do not match: pages of 20 would need 250 round trips. */
const SCAN_LENGTH = 250;

/**
 * The end of the previous page, as the numbers of a cursor. In a list of one status, the fields of a `Place`; in a batch,
 * the number of its tasks before the end; in a list of all states, `before` for each state.
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
export function lastPosition(filter: TaskFilter): ListPosition {
  const { MAX_SAFE_INTEGER: most } = Number;
  if (filter.batch !== undefined) return [TASK_LIMITS.batchLength];
  const states = statesOf(filter);
  return states
    ? toPosition({ state: states.length - 1, before: most, after: most })
    : ALL_STATES.map(() => most);
}

export interface ListQuery {
  readonly filter: TaskFilter;
  /** Within `lastPosition`. */
  readonly position: ListPosition;
  readonly limit: number;
  /** Only its tasks, unless it may read all; undefined if authentication is off. */
  readonly principal: Principal | undefined;
}

export interface ListPage extends Omit<TaskList, 'next_cursor'> {
  readonly next: ListPosition | undefined;
}

/** A query, and how to find its tasks. */
interface Search extends ListQuery {
  readonly source: Source;
  readonly matches: (task: Task) => boolean;
  /** Jobs of a state that one round trip reads: as many as a page needs, unless some do not match. */
  readonly length: number;
}

export type List = (query: ListQuery) => Promise<ListPage>;

/** The use case of GET /tasks. */
export function createList(source: Source, readBatch: ReadBatch): List {
  return async function list(query) {
    const { filter, limit, principal } = query;
    const matches = matcherOf(filter, principal);
    if (filter.batch !== undefined) return ofBatch(await readBatch(filter.batch), query, matches);
    const { status, ...others } = filter;
    const isWhole = status !== 'cancelled' && readsAll(principal) && matchesAll(others);
    const search = { ...query, source, matches, length: isWhole ? limit : Math.max(limit, SCAN_LENGTH) };
    const states = statesOf(filter);
    return states ? inStates(search, states) : newestOfAll(search);
  };
}

/** Tasks of a batch, in its order. Its counts are those of all its tasks that have not expired. */
function ofBatch(
  batch: readonly (Task | undefined)[],
  { position, limit, principal }: ListQuery,
  matches: Search['matches'],
): ListPage {
  const counts = Object.fromEntries(TASK_STATUSES.map((each) => [each, 0])) as Record<TaskStatus, number>;
  const readable = batch.map((task) => (task && mayRead(principal, task.stored) ? task : undefined));
  for (const task of readable) if (task) counts[task.summary.status]++;
  const tasks: TaskSummary[] = [];
  let [index = 0] = position;
  for (; index < readable.length && tasks.length < limit; index++) {
    const task = readable[index];
    if (task && matches(task)) tasks.push(summaryFor(principal, task));
  }
  const next = index < readable.length ? [index] : undefined;
  return { tasks, next, truncated: false, scanned: readable.filter(Boolean).length, counts };
}

/**
 * Tasks in the order of the states, newest first. A page may repeat tasks of the previous page, but it never skips one,
 * even if new tasks shift the list or the client cancels tasks that it reads: the position is counted from both ends of the
 * list, and the earlier of the two places is used.
 */
async function inStates(search: Search, states: readonly State[]): Promise<ListPage> {
  const { source, limit, length, principal } = search;
  let place = toPlace(search.position);
  const tasks: TaskSummary[] = [];
  let scanned = 0;
  for (let state = states[place.state]; state !== undefined; state = states[place.state]) {
    if (scanned >= MAX_SCANNED) break;
    const total = await source.queues.tasks.getJobCountByTypes(state);
    const offset = Math.max(0, Math.min(place.before, total - place.after));
    const placeAt = (before: number) => ({ ...place, before, after: Math.max(0, total - before) });
    const read = await readAt(search, state, offset);
    for (const [index, task] of read.entries()) {
      if (!task || !search.matches(task)) continue;
      tasks.push(summaryFor(principal, task));
      if (tasks.length < limit) continue;
      const next = toPosition(placeAt(offset + index + 1));
      return { tasks, next, truncated: false, scanned: scanned + index + 1, counts: null };
    }
    scanned += read.length;
    place = read.length < length ? { state: place.state + 1, before: 0, after: 0 } : placeAt(offset + length);
  }
  const next = place.state < states.length ? toPosition(place) : undefined;
  return { tasks, next, truncated: next !== undefined, scanned, counts: null };
}

/** The next tasks of one state, of which a list of all states takes one at a time. */
interface Ahead {
  readonly state: State;
  readonly tasks: (Task | undefined)[];
  /** Tasks of the state that were taken, over all pages. */
  taken: number;
  isLast: boolean;
}

/**
 * Merges all states, each in its own order, by time of submission. A page starts in each state where the previous page
 * ended, so it skips no task, although tasks end and are prioritized in a different order.
 */
async function newestOfAll(search: Search): Promise<ListPage> {
  const { position, limit, matches, principal } = search;
  const states = ALL_STATES.map((state, i): Ahead => ({
    state,
    tasks: [],
    taken: position[i] ?? 0,
    isLast: false,
  }));
  const found = new Map<string, TaskSummary>();
  let scanned = 0;
  let isEnd = false;
  while (found.size < limit && scanned < MAX_SCANNED && !isEnd) {
    await Promise.all(states.map((ahead) => refill(search, ahead)));
    const newest = newestOf(states);
    const task = newest?.tasks.shift();
    if (newest) {
      newest.taken++;
      scanned++;
    }
    // A task that changed its state during the read occurs twice.
    if (task && matches(task)) found.set(task.summary.request_id, summaryFor(principal, task));
    isEnd = states.every((ahead) => ahead.isLast && ahead.tasks.length === 0);
  }
  return {
    tasks: [...found.values()],
    next: isEnd ? undefined : states.map(({ taken }) => taken),
    truncated: !isEnd && found.size < limit,
    scanned,
    counts: null,
  };
}

async function refill(search: Search, ahead: Ahead): Promise<void> {
  if (ahead.tasks.length > 0 || ahead.isLast) return;
  const read = await readAt(search, ahead.state, ahead.taken);
  ahead.tasks.push(...read);
  ahead.isLast = read.length < search.length;
}

/** The state whose first task was submitted last; jobs that are no tasks come first, so that they are skipped. */
function newestOf(states: readonly Ahead[]): Ahead | undefined {
  let newest: Ahead | undefined;
  let submitted = -Infinity;
  for (const ahead of states) {
    if (ahead.tasks.length === 0) continue;
    const first = ahead.tasks[0]?.job.timestamp ?? Infinity;
    if (newest && first <= submitted) continue;
    newest = ahead;
    submitted = first;
  }
  return newest;
}

async function readAt(
  { source, length }: Search,
  state: State,
  offset: number,
): Promise<(Task | undefined)[]> {
  // Not getJobs: it skips jobs that were just removed, and a short page would look like the last one.
  const ids = await source.queues.tasks.getRanges([state], offset, offset + length - 1);
  return readTasks(source, state, ids);
}
