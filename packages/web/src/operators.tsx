import { unwrap, type components } from '@primes/client';
import { useState } from 'preact/hooks';
import { client, me } from './api.ts';
import { formatNumber, formatTime } from './format.ts';
import { useGet } from './load.ts';
import { Action, Live, Rows } from './parts.tsx';
import { taskLink } from './route.ts';

/** The api reads up to 5,000 tasks for them. */
const FAILURES_MS = 5_000;

type Failure = components['schemas']['Failures']['failures'][number];
type TaskWebhook = NonNullable<components['schemas']['TaskWebhook']>;

/** What has failed, what can be done about it, and who has done what. */
export function Operators() {
  const failures = useGet('/tasks/failures', { everyMs: FAILURES_MS });
  const webhooks = useGet('/webhooks/dead');
  return (
    <>
      <Live title="Failed tasks" of={failures}>
        {({ failures, truncated, scanned }) => (
          <>
            <Rows empty="No kept task has failed.">
              {failures.map(({ code, reason, count, last, example }) => (
                <li key={`${code} ${reason}`}>
                  <span>
                    <strong>{formatNumber(count)}</strong> × {reason}
                  </span>
                  <code>{code}</code>
                  <a href={taskLink(example)}>Example</a>
                  <span class="hint">last at {formatTime(last)}</span>
                </li>
              ))}
            </Rows>
            {[...new Set(failures.map(({ code }) => code))].map((code) => (
              <RetryAll key={code} code={code} />
            ))}
            {truncated && <p class="hint">Only the newest {formatNumber(scanned)} tasks were read.</p>}
          </>
        )}
      </Live>
      <Live title="Webhooks that were given up" of={webhooks}>
        {({ webhooks, total }) => (
          <>
            <Rows empty="All receivers have accepted their webhooks.">
              {webhooks.map((webhook) => (
                <li key={webhook.webhook_id}>
                  <span>{webhook.receiver ?? 'unknown receiver'}</span>
                  {webhook.task_id === null ? <span /> : <a href={taskLink(webhook.task_id)}>Task</a>}
                  <Redeliver webhook={webhook} />
                  <span class="hint">
                    {fateOf(webhook)}, at {formatTime(webhook.since)}
                  </span>
                </li>
              ))}
            </Rows>
            {total > 0 && <RedeliverAll total={total} />}
          </>
        )}
      </Live>
      {/* Without authentication, nobody is known, and the api has no such list. */}
      {me.value?.principal && <Changes />}
    </>
  );
}

/** Counts first: the list above has only what was read for it. */
function RetryAll({ code }: Pick<Failure, 'code'>) {
  const retry = (dryRun: boolean) => {
    const filter = { status: 'failed', error_code: code } as const;
    return unwrap(
      client.value.http.POST('/tasks/actions', { body: { action: 'retry', filter, dry_run: dryRun } }),
    );
  };
  const count = async (): Promise<string> =>
    `Retry all ${formatNumber((await retry(true)).matched)} tasks that failed with the code ${code}?`;
  const run = async (): Promise<string> => {
    const { changed, truncated, queue_full: isFull } = await retry(false);
    const rest = isFull
      ? ' The queue is full: repeat it when fewer tasks wait.'
      : ' There are more: repeat it.';
    return `${formatNumber(changed)} tasks run again.${truncated ? rest : ''}`;
  };
  return <Action name={`Retry all with the code ${code}`} ask={count} run={run} />;
}

function RedeliverAll({ total }: { readonly total: number }) {
  const run = async (): Promise<string> => {
    const { redelivered } = await unwrap(client.value.http.POST('/webhooks/dead/redeliver', { body: {} }));
    return `${formatNumber(redelivered)} are being delivered.`;
  };
  return (
    <Action name={`Redeliver all ${formatNumber(total)}`} ask={() => 'Deliver them all again?'} run={run} />
  );
}

/** What has become of the deliveries of a webhook. */
export function fateOf({
  last_error: error,
  attempts,
}: Pick<TaskWebhook, 'last_error' | 'attempts'>): string {
  const after = `after ${formatNumber(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return error === null ? after : `${error}, ${after}`;
}

export function Redeliver({
  webhook: { webhook_id: id },
}: {
  readonly webhook: Pick<TaskWebhook, 'webhook_id'>;
}) {
  const run = async (): Promise<string> => {
    await unwrap(client.value.http.POST('/webhooks/dead/{id}/redeliver', { params: { path: { id } } }));
    return 'It is being delivered.';
  };
  return <Action kind="quiet" name="Redeliver" run={run} />;
}

/** Who changed what, newest first, page by page. */
function Changes() {
  const [cursor, setCursor] = useState<string | null>(null);
  const page = useGet('/audit', { query: cursor === null ? {} : { cursor } });
  return (
    <Live title="Changes" of={page}>
      {({ records, next_cursor: next }) => (
        <>
          <Rows empty="Nobody has changed anything yet.">
            {records.map(({ time, principal, method, path, changed, status, request_id: id }) => (
              <li key={id}>
                <code>
                  {method} {path}
                </code>
                <span>{principal}</span>
                <span class="hint">{formatTime(time)}</span>
                <span class="hint">
                  {formatNumber(changed)} changed, {status === null ? 'no response' : `status ${status}`}
                </span>
              </li>
            ))}
          </Rows>
          <p class="pages">
            <button class="quiet" disabled={cursor === null} onClick={() => setCursor(null)}>
              Newest
            </button>
            <button class="quiet" disabled={next === null} onClick={() => setCursor(next)}>
              Older
            </button>
          </p>
        </>
      )}
    </Live>
  );
}
