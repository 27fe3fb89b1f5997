import { ApiError, unwrap, type SubmitTask } from '@primes/client';
import { useState } from 'preact/hooks';
import { canRead, client } from './api.ts';
import { formatNumber } from './format.ts';
import type { JobView } from './job-view.tsx';
import { Action } from './parts.tsx';
import { tasksLink } from './route.ts';

/** The api numbers the tasks of a batch from 0: the field `1.n` is in line 2. */
function withLine(error: unknown): unknown {
  const [first] = (error instanceof ApiError && error.problem?.errors) || [];
  const [, index, field] = first?.field.match(/^(\d+)\.(.*)$/) ?? [];
  return first && index ? new RangeError(`Line ${Number(index) + 1}: ${field}: ${first.detail}`) : error;
}

interface BatchProps extends Pick<JobView, 'batch'> {
  /** Of all its tasks. */
  readonly options: object;
}

/** Submits a task for each line of a text: all or none. */
export function Batch({ batch: { label, read }, options }: BatchProps) {
  const [text, setText] = useState('');
  const submit = async () => {
    const lines = text.trimEnd().split('\n');
    const body = lines.map((line, i) => {
      try {
        return { ...read(line), ...options } as SubmitTask;
      } catch (error) {
        throw new RangeError(`Line ${i + 1}: ${(error as Error).message}`, { cause: error });
      }
    });
    const accepted = unwrap(client.value.http.POST('/tasks/batch', { body }));
    const { total, batch_id } = await accepted.catch((error: unknown) => {
      throw withLine(error);
    });
    return (
      <>
        {formatNumber(total)} accepted. {canRead() && <a href={tasksLink({ batch: batch_id })}>Show them</a>}
      </>
    );
  };
  return (
    <details>
      <summary>Batch: submit several at once</summary>
      <label>
        {label}
        <textarea rows={4} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <Action name="Submit the batch" run={submit} />
    </details>
  );
}
