import type { JobType, TaskList, TaskSummary } from '@primes/contracts';
import { JSON_TYPE } from '../results/formats.ts';

/** What a run has shown, without the fields of the job. */
const ACCEPTED: TaskSummary = {
  request_id: '9d78eae1-5e73-4972-bbaf-862506794d7f',
  batch_id: null,
  status: 'pending',
  priority: 0,
  timeout_seconds: 600,
  run_at: null,
  queue_timeout_seconds: null,
  progress: 0,
  error: null,
  created_at: '2026-12-01T05:13:37.414Z',
  started_at: null,
  finished_at: null,
  traceparent: '00-ab09e676df8f41bd9886cc3303074c19-aa1846453a12479e-00',
};
const DONE: TaskSummary = {
  ...ACCEPTED,
  status: 'done',
  progress: 100,
  started_at: '2026-12-01T05:13:37.472Z',
  finished_at: '2026-12-01T05:13:37.799Z',
};
const CANCELLED: TaskSummary = {
  ...ACCEPTED,
  status: 'cancelled',
  finished_at: '2026-12-01T05:13:37.460Z',
};

/** The examples of responses, by name; undefined for a job without an example. */
export function responseExamples({ example }: Pick<JobType<object>, 'example'>) {
  if (!example) return undefined;
  const counts = example.counts && { counts: null };
  const shown = (task: TaskSummary) => ({ ...task, ...example.view, ...counts });
  const done = { ...shown(DONE), ...(counts && { counts: example.counts }) };
  const list: TaskList = { tasks: [done], next_cursor: null, truncated: false, scanned: 1, counts: null };
  return {
    Accepted: { summary: 'A task that waits for a worker', value: shown(ACCEPTED) },
    Done: { summary: 'A task that is done, with its result', value: { ...done, result: example.result } },
    Ended: { summary: 'A task that is done, without its result', value: done },
    Cancelled: { summary: 'A task that was cancelled while it waited', value: shown(CANCELLED) },
    TaskPage: { summary: 'The only page of a list', value: list },
    Batch: {
      summary: 'A batch of two tasks',
      value: {
        batch_id: 'b654e542-9a0c-4daf-b29c-4968f6d065b7',
        total: 2,
        request_ids: ['b7c3928f-67ab-866a-b906-70e1dd07e567', '4bb07457-d6db-8f56-8b3b-e2328d5463e2'],
      },
    },
  };
}
type Name = keyof NonNullable<ReturnType<typeof responseExamples>>;

interface WithJson {
  readonly content: Readonly<Record<typeof JSON_TYPE, object>>;
}

/** A response, or a webhook, with one of these examples of its JSON, if the job has an example. */
export type Exemplified = <Body extends WithJson>(body: Body, name: Name) => Body;

export function exemplify(type: Pick<JobType<object>, 'example'>): Exemplified {
  return (body, name) => {
    if (!type.example) return body;
    const examples = { [name]: { $ref: `#/components/examples/${name}` } };
    return { ...body, content: { ...body.content, [JSON_TYPE]: { ...body.content[JSON_TYPE], examples } } };
  };
}
