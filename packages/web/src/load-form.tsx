import { unwrap, type SubmitTask } from '@primes/client';
import { useState } from 'preact/hooks';
import { client, explain } from './api.ts';
import { formatNumber } from './format.ts';
import { useGet } from './load.ts';
import { WholeNumberField } from './whole-number-field.tsx';

const TICK_MS = 100;
/** The most tasks of one request. */
const BATCH = 1_000;

interface Sent {
  readonly accepted: number;
  readonly rejected: number;
  readonly total: number;
  readonly problem?: string;
}

interface LoadProps {
  readonly body: SubmitTask;
  /** Whether the fields of the task are valid; says so if not. */
  readonly isValid: () => boolean;
}

/** Submits the same task many times, to see the queue and its workers under load. */
export function Load({ body, isValid }: LoadProps) {
  const [count, setCount] = useState(1_000);
  const [seconds, setSeconds] = useState(10);
  const [sent, setSent] = useState<Sent>();
  const [stop, setStop] = useState<AbortController>();

  /** Submits as many tasks as are due by the clock, until all are. */
  const start = async (): Promise<void> => {
    const controller = new AbortController();
    const { signal } = controller;
    setStop(controller);
    const began = performance.now();
    let now: Sent = { accepted: 0, rejected: 0, total: count };
    for (let submitted = 0; submitted < count && !signal.aborted;) {
      const share = Math.min(1, (performance.now() - began) / (seconds * 1_000));
      const due = Math.min(BATCH, Math.ceil(count * share) - submitted);
      if (due === 0) {
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
        continue;
      }
      submitted += due;
      const tasks = Array.from({ length: due }, () => body);
      try {
        await unwrap(client.value.http.POST('/tasks/batch', { body: tasks, signal }));
        now = { ...now, accepted: now.accepted + due };
      } catch (error) {
        now = { ...now, rejected: now.rejected + due, problem: explain(error) };
      }
      setSent(now);
    }
    setStop(undefined);
  };
  return (
    <details>
      <summary>Load: submit it many times</summary>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid()) void start();
        }}
      >
        <WholeNumberField
          label="Number of tasks"
          value={count}
          limits={{ min: 1, max: 100_000 }}
          onChange={setCount}
        />
        <WholeNumberField
          label="Over how many seconds"
          value={seconds}
          limits={{ min: 1, max: 600 }}
          onChange={setSeconds}
        />
        {stop ? (
          <button type="button" onClick={() => stop.abort()}>
            Stop
          </button>
        ) : (
          <button>Start the load</button>
        )}
      </form>
      {sent && <Report sent={sent} />}
    </details>
  );
}

function Report({ sent: { accepted, rejected, total, problem } }: { readonly sent: Sent }) {
  const queue = useGet('/api/metrics/summary').data;
  return (
    <>
      <progress max={total} value={accepted + rejected} aria-label="Submitted tasks" />
      <p role="status">
        {formatNumber(accepted)} of {formatNumber(total)} accepted
        {rejected > 0 && `, ${formatNumber(rejected)} rejected: ${problem ?? ''}`}
      </p>
      {queue && (
        <p class="hint">
          {formatNumber(queue.queued_tasks)} waiting, {formatNumber(queue.active_tasks)} running now
        </p>
      )}
    </>
  );
}
