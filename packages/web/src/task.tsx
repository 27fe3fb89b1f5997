import { hasEnded, unwrap, type TaskSummary } from '@primes/client';
import type { ComponentChildren } from 'preact';
import { can, client, me } from './api.ts';
import { between, formatDuration, formatTime, isScheduled, outcome, waitingSince } from './format.ts';
import type { JobProps } from './job-view.tsx';
import { useLoaded } from './load.ts';
import { fateOf, Redeliver } from './operators.tsx';
import { Action, Download, Figure, Section, Show, Status } from './parts.tsx';
import { tasksLink } from './route.ts';

const WEBHOOK_MS = 5_000;
const WEBHOOK = {
  waiting: 'Webhook, after the end',
  delivering: 'Webhook: being delivered',
  retrying: 'Webhook: will be sent again',
  delivered: 'Webhook delivered',
  dead: 'Webhook given up',
} as const;

interface TaskProps {
  readonly task: TaskSummary;
}

/** One task: where it is, what it took, what can be done with it, and its result. */
export function TaskView({ id, job }: JobProps & { readonly id: string }) {
  const followed = useLoaded((api, signal) => api.events(id, { signal }));
  return (
    <>
      <h1 tabIndex={-1}>{followed.data ? job.title(followed.data) : 'Task'}</h1>
      <Show of={followed}>
        {(task) => (
          <>
            <p>
              <span role="status">
                <Status status={task.status} /> · {hasEnded(task) && outcome(task, job)}
              </span>
              {!hasEnded(task) && outcome(task, job)}
            </p>
            {!hasEnded(task) && <progress max={100} value={task.progress} aria-label="Progress" />}
            <Actions key={task.status} task={task} follow={followed.reload} />
            <div class="columns">
              <Section title="Timeline">
                <Timeline task={task} />
              </Section>
              <Section title="Details">
                <Details task={task} />
              </Section>
            </div>
            {task.status === 'done' && (
              <>
                <Downloads task={task} job={job} />
                <job.Result task={task} client={client.value} />
              </>
            )}
          </>
        )}
      </Show>
    </>
  );
}

function Actions({ task, follow }: TaskProps & { readonly follow: () => void }) {
  const params = { path: { id: task.request_id } };
  const cancel = async (): Promise<string> => {
    const { status } = await unwrap(client.value.http.DELETE('/tasks/{id}', { params }));
    return status === 'cancelled' ? 'Cancelled' : 'Its worker stops it';
  };
  const retry = async (): Promise<string> => {
    await unwrap(client.value.http.POST('/tasks/{id}/retry', { params }));
    follow();
    return '';
  };
  if (!hasEnded(task) && can('submit', 'operate')) return <Action name="Cancel" run={cancel} />;
  if ((task.status === 'failed' || task.status === 'cancelled') && can('operate'))
    return <Action name="Run it again" run={retry} />;
  return null;
}

function Timeline({ task }: TaskProps) {
  const { created_at: created, started_at: started, finished_at: finished, status } = task;
  const since = waitingSince(task);
  // Its worker has handed it over or was lost, or an attempt has failed.
  const waitsAgain = status === 'pending' && started !== null;
  return (
    <ol class="timeline">
      <Step name="Submitted" at={created} />
      {isScheduled(task) ? (
        <Step name="Starts" at={since} isOpen />
      ) : (
        <Step name="Waiting" at={since} until={started ?? finished} isOpen={!started && !finished} />
      )}
      {waitsAgain ? (
        <>
          <Step name="First started" at={started} />
          <Step name="Waiting to run again" at={null} isOpen />
        </>
      ) : (
        started && <Step name="Running" at={started} until={finished} isOpen={status === 'processing'} />
      )}
      {finished && <Step name={`Ended: ${status}`} at={finished} />}
      <Webhook task={task} />
    </ol>
  );
}

interface StepProps {
  readonly name: string;
  /** null if it is not known. */
  readonly at: string | null;
  /** When it ended; null if it has not; undefined if it takes no time. */
  readonly until?: string | null;
  readonly isOpen?: boolean;
  readonly children?: ComponentChildren;
}

function Step({ name, at, until, isOpen = false, children }: StepProps) {
  return (
    <li aria-current={isOpen ? 'step' : undefined}>
      <strong>{name}</strong> {at !== null && formatTime(at)}{' '}
      {at !== null && until !== undefined && (
        <span class="hint">
          {until === null && 'so far '}
          {formatDuration(between(at, until))}
        </span>
      )}
      {children}
    </li>
  );
}

function Webhook({ task: { request_id: id, status } }: TaskProps) {
  const { data: webhook } = useLoaded(
    ({ http }, signal) => unwrap(http.GET('/tasks/{id}/webhook', { params: { path: { id } }, signal })),
    { everyMs: WEBHOOK_MS, inputs: [status] },
  );
  if (!webhook) return null;
  const { state, since } = webhook;
  const isRepeated = state === 'delivering' && webhook.last_error !== null;
  return (
    <Step name={WEBHOOK[isRepeated ? 'retrying' : state]} at={since} isOpen={since === null}>
      {webhook.attempts > 0 && <span class="hint">{fateOf(webhook)}</span>}
      {state === 'dead' && can('operate') && <Redeliver webhook={webhook} />}
    </Step>
  );
}

function Details({ task }: TaskProps) {
  const [, trace = ''] = task.traceparent.split('-');
  const address = me.value?.trace_url_template?.replaceAll('{trace_id}', trace);
  const { request_id: id, batch_id: batch, principal, error } = task;
  return (
    <dl class="details">
      <Figure name="Request id" value={<code>{id}</code>} />
      <Figure name="Trace id" value={<code>{address ? <a href={address}>{trace}</a> : trace}</code>} />
      {batch && <Figure name="Batch" value={<a href={tasksLink({ batch })}>{batch}</a>} />}
      {principal && <Figure name="Submitted by" value={principal} />}
      <Figure name="Priority" value={task.priority} />
      <Figure name="Time limit" value={formatDuration(task.timeout_seconds * 1_000)} />
      {error && <Figure name="Error" value={`${error.message} (${error.code})`} />}
    </dl>
  );
}

function Downloads({ task, job }: TaskProps & JobProps) {
  const params = { path: { id: task.request_id } };
  const read = (Accept: string): Promise<Blob> =>
    unwrap(client.value.http.GET('/tasks/{id}', { params, headers: { Accept }, parseAs: 'blob' }));
  return (
    <p class="pages">
      Save the result as{' '}
      {Object.entries(job.formats).map(([extension, mediaType]) => (
        <Download
          key={extension}
          name={extension.toUpperCase()}
          file={`${task.request_id}.${extension}`}
          read={() => read(mediaType)}
        />
      ))}
    </p>
  );
}
