import type { components, paths } from './generated/openapi.ts';

type Schemas = components['schemas'];

/** The body of POST /tasks. */
export type SubmitTask = Schemas['SubmitTask'];
/** A task without its result. */
export type TaskSummary = Schemas['TaskSummary'];
/** A task with its result, or the requested page of it. */
export type Task = Schemas['Task'];
/** A page of tasks. */
export type TaskList = Schemas['TaskList'];
/** A problem document (RFC 9457). */
export type Problem = Schemas['Problem'];
/** A page of a result; `never` for a job whose result is not a list. */
export type ResultPage = Extract<Task['result'], readonly unknown[]>;
/** The filters of GET /tasks. */
export type TaskFilter = Omit<NonNullable<paths['/tasks']['get']['parameters']['query']>, 'cursor'>;
export type { components, paths };
