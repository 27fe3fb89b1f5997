import { ApiError, hasEnded, type SubmitTask, type TaskSummary } from '@primes/client';
import { signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { can, canRead, client, me } from './api.ts';
import { Batch } from './batch-form.tsx';
import { outcome, toInstant } from './format.ts';
import type { FieldsProps, JobProps } from './job-view.tsx';
import { Load } from './load-form.tsx';
import { Failure, Section } from './parts.tsx';
import { TaskRows } from './tasks.tsx';

const SHOWN = 8;

/** The tasks of this tab, newest first; they stay while other views are open. */
const own = signal<readonly TaskSummary[]>([]);

async function follow(id: string): Promise<void> {
  if (!canRead()) return;
  try {
    for await (const task of client.value.events(id))
      own.value = own.value.map((each) => (each.request_id === id ? task : each));
  } catch {
    // The list of tasks shows it again.
  }
}

export function Submit({ job }: JobProps) {
  const [input, setInput] = useState(job.initial);
  const [options, setOptions] = useState({});
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const body = { ...input, ...valuesOf(options) } as SubmitTask;

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const task = await client.value.submit(body);
      own.value = [task, ...own.value].slice(0, SHOWN);
      void follow(task.request_id);
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };

  if (me.value && !can('submit'))
    return <p class="notice">Your key may not submit tasks. It needs the role “submit”.</p>;
  const problems = (error instanceof ApiError && error.problem?.errors) || [];
  const errors = Object.fromEntries(problems.map(({ field, detail }) => [field, detail]));
  const latest = own.value.find(({ status }) => status === 'done');
  return (
    <>
      <div class="card">
        <form ref={form} onSubmit={(event) => void submit(event)}>
          <job.Fields value={input} onChange={setInput} errors={errors} />
          <Options value={options} onChange={setOptions} errors={errors} />
          <button class="primary" disabled={busy}>
            Submit
          </button>
          <Failure error={error} />
        </form>
        <Batch batch={job.batch} options={valuesOf(options)} />
        <Load body={body} isValid={() => form.current?.reportValidity() ?? false} />
      </div>
      {own.value.length > 0 && <OwnTasks job={job} />}
      {latest && (
        <section aria-label="Result">
          <h2>{job.title(latest)}</h2>
          <job.Result key={latest.request_id} task={latest} client={client.value} />
        </section>
      )}
    </>
  );
}

function OwnTasks({ job }: JobProps) {
  const [newest] = own.value;
  return (
    <Section title="Your tasks">
      <p role="status" class="visually-hidden">
        {newest && hasEnded(newest) ? outcome(newest, job) : ''}
      </p>
      {!canRead() && (
        <p class="notice">
          Your key may not read tasks, so the page cannot show how they end. It needs the role “read”.
        </p>
      )}
      <TaskRows tasks={own.value} job={job} />
    </Section>
  );
}

/** The options that every task has, and how the text of a field is read. */
const OPTIONS = [
  { name: 'timeout_seconds', label: 'Time limit in seconds', read: Number, placeholder: '600' },
  { name: 'priority', label: 'Priority; 0 runs first', read: Number, placeholder: '0' },
  { name: 'run_at', label: 'Start at', read: toInstant, type: 'datetime-local' },
  { name: 'queue_timeout_seconds', label: 'Waiting limit in seconds', read: Number, placeholder: 'no limit' },
  { name: 'callback_url', label: 'Webhook for the end', read: String, placeholder: 'https://…' },
] as const;

/** The values of the fields that are not empty. */
function valuesOf(texts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    OPTIONS.flatMap(({ name, read }) => (texts[name] ? [[name, read(texts[name])]] : [])),
  );
}

/** `value` has the texts of the fields. */
function Options({ value, onChange, errors }: FieldsProps) {
  return (
    <details>
      <summary>Options</summary>
      <div class="fields">
        {OPTIONS.map(({ name, label, read, ...attributes }) => (
          <label key={name}>
            {label}
            <input
              {...attributes}
              {...(read === Number && { inputMode: 'numeric' })}
              value={(value as Record<string, string>)[name] ?? ''}
              aria-invalid={name in errors}
              onInput={({ currentTarget }) => onChange({ ...value, [name]: currentTarget.value })}
            />
            {errors[name] && <span class="error">{errors[name]}</span>}
          </label>
        ))}
      </div>
    </details>
  );
}
