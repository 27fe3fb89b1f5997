export { ApiError } from './api-error.ts';
export {
  createClient,
  unwrap,
  type Client,
  type ClientOptions,
  type Submission,
  type WaitOptions,
} from './client.ts';
export { hasEnded } from './events.ts';
export type {
  components,
  paths,
  Problem,
  ResultPage,
  SubmitTask,
  Task,
  TaskFilter,
  TaskSummary,
} from './types.ts';
