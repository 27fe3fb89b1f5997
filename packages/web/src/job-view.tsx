import type { Client, Task, TaskSummary } from '@primes/client';
import type { ComponentType } from 'preact';

export interface FieldsProps {
  /** The input so far. */
  readonly value: object;
  readonly onChange: (value: object) => void;
  /** What the api rejects, by field. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface ResultProps {
  /** A task that is done. */
  readonly task: TaskSummary;
  readonly client: Client;
}

/** What the page shows of a job. Each part can be left out. */
export interface JobView {
  /** The input that the form starts with. */
  readonly initial: object;
  /** The fields of the form. Default: a text with JSON. */
  readonly Fields: ComponentType<FieldsProps>;
  /** A text with the inputs of several tasks, one a line. `read` throws if a line is none. Default: JSON. */
  readonly batch: { readonly label: string; readonly read: (line: string) => object };
  /** The fields by which the list of tasks can be filtered, beside those of every task. Default: none. */
  readonly filters: readonly { readonly name: string; readonly label: string }[];
  /** What a task computes, as a phrase. */
  readonly title: (task: TaskSummary) => string;
  /** What the run of a task that is done did, as a phrase; may be empty. Default: empty. */
  readonly done: (task: TaskSummary) => string;
  /** The result of a task that is done. Default: its JSON. */
  readonly Result: ComponentType<ResultProps>;
  /** The name of a file without its extension, and the formats in which a result can be saved, by extension. */
  readonly formats: Readonly<Record<string, string>>;
}

export interface JobProps {
  readonly job: JobView;
}

/** For a job without a view of its own. */
export const PLAIN_VIEW: JobView = {
  initial: {},
  Fields: JsonField,
  batch: { label: 'Inputs as JSON, one a line', read: (line) => JSON.parse(line) as object },
  filters: [],
  title: ({ request_id }) => `Task ${request_id.slice(0, 8)}`,
  done: () => '',
  Result: JsonResult,
  formats: { json: 'application/json' },
};

function JsonField({ value, onChange }: FieldsProps) {
  const read = ({ currentTarget: area }: { readonly currentTarget: HTMLTextAreaElement }): void => {
    try {
      onChange(JSON.parse(area.value) as object);
      area.setCustomValidity('');
    } catch {
      area.setCustomValidity('This is not JSON');
    }
  };
  return (
    <label>
      Input as JSON
      <textarea rows={5} defaultValue={JSON.stringify(value, undefined, 2)} onInput={read} />
    </label>
  );
}

function JsonResult({ task }: ResultProps) {
  const { result } = task as Partial<Task>;
  return result === undefined || result === null ? null : <pre>{JSON.stringify(result, undefined, 2)}</pre>;
}
