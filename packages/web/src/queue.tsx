import { unwrap, type components } from '@primes/client';
import { useMemo } from 'preact/hooks';
import { can, client } from './api.ts';
import { Chart } from './chart.tsx';
import { formatBytes, formatDuration, formatTime } from './format.ts';
import { useGet } from './load.ts';
import { Operators } from './operators.tsx';
import { Action, Figure, Live } from './parts.tsx';
import { taskLink } from './route.ts';

/** The gateway takes a sample as often. */
const HISTORY_MS = 5_000;

type QueueState = components['schemas']['QueueState'];
type Worker = components['schemas']['Worker'];
type Points = components['schemas']['MetricsHistory']['points'];
type Summary = components['schemas']['MetricsSummary'];

/** The name of each line, and its field in the history. */
const NOW = { waiting: 'depth', running: 'in_flight', demand: 'demand', workers: 'workers' } as const;
const RATES = { submitted: 'started', ended: 'ended', failed: 'failed' } as const;

/** The queue and who works on it, with what an operator may do. */
export function Queue() {
  const queue = useGet('/queue');
  const summary = useGet('/api/metrics/summary');
  const history = useGet('/api/metrics/history', { everyMs: HISTORY_MS });
  const workers = useGet('/workers');
  return (
    <>
      <Live title="Queue" of={queue}>
        {(state) => <State state={state} summary={summary.data} reload={queue.reload} />}
      </Live>
      <Live title="The last 30 minutes" of={history}>
        {({ points }) =>
          points.length < 2 ? (
            <p class="empty">There are no samples yet. The first ones appear within 10 seconds.</p>
          ) : (
            <div class="columns">
              <History title="Tasks in the queue, and workers" yName="now" fields={NOW} points={points} />
              <History
                title="Tasks that were submitted, that ended and that failed"
                yName="in 5 seconds"
                fields={RATES}
                points={points}
              />
            </div>
          )
        }
      </Live>
      <Live title="Workers" of={workers}>
        {({ workers }) => (
          <ul>
            {workers.map((worker) => (
              <WorkerState key={worker.instance} worker={worker} />
            ))}
            {workers.length === 0 && (
              <li class="empty">No worker runs now. Where workers scale from zero, a task starts one.</li>
            )}
          </ul>
        )}
      </Live>
      {can('operate') && <Operators />}
    </>
  );
}

interface StateProps {
  readonly state: QueueState;
  readonly summary: Summary | undefined;
  readonly reload: () => void;
}

function State({ state, summary, reload }: StateProps) {
  const { paused, paused_by: by, paused_since: since, counts, workers } = state;
  const change = async (): Promise<string> => {
    await unwrap(client.value.http.POST(paused ? '/queue/resume' : '/queue/pause'));
    reload();
    return '';
  };
  const oldest = summary && formatDuration(summary.oldest_waiting_seconds * 1_000);
  return (
    <>
      <dl class="figures">
        <Figure name="Waiting" value={counts.pending} />
        <Figure name="Running" value={counts.processing} />
        <Figure name="Demand" value={summary?.demand} note="could run now" />
        <Figure name="Workers" value={workers} />
        <Figure name="Oldest waits" value={oldest} />
        <Figure name="Done" value={counts.done} note="kept" />
        <Figure name="Failed or cancelled" value={counts.failed} note="kept" />
      </dl>
      <p role="status">
        {paused
          ? `Paused${by === null ? '' : ` by ${by}`}${since === null ? '' : ` since ${formatTime(since)}`}. Running tasks continue, and new ones wait.`
          : workers === 0
            ? 'No worker takes tasks now.'
            : 'Workers take tasks as they arrive.'}
      </p>
      {can('operate') && (
        <Action
          key={String(paused)}
          name={paused ? 'Resume' : 'Pause'}
          {...(!paused && { ask: () => 'No further task starts, for anyone. Pause?' })}
          run={change}
        />
      )}
    </>
  );
}

interface HistoryProps {
  readonly title: string;
  readonly yName: string;
  readonly fields: Readonly<Record<string, Exclude<keyof Points[number], 'time'>>>;
  readonly points: Points;
}

function History({ fields, points, ...chart }: HistoryProps) {
  const [x, series] = useMemo(
    () => [
      points.map(({ time }) => Date.parse(time) / 1_000),
      Object.entries(fields).map(([name, field]) => ({ name, values: points.map((point) => point[field]) })),
    ],
    [points],
  );
  return <Chart {...chart} x={x} series={series} xName="Time" time />;
}

function WorkerState({ worker }: { readonly worker: Worker }) {
  const { instance, version, since, concurrency, running } = worker;
  return (
    <li>
      <strong>{instance}</strong>{' '}
      <span class="hint">
        version {version}, up since {formatTime(since)}, {formatBytes(worker.memory_bytes)}, last asked for a
        task {formatDuration(worker.last_fetch_age_seconds * 1_000)} ago
      </span>
      <p>
        {running.length} of {concurrency} slots busy
      </p>
      <ul class="rows">
        {running.map(({ request_id: id, progress, age_seconds: seconds }) => (
          <li key={id}>
            <a href={taskLink(id)}>{id.slice(0, 8)}</a>
            <progress max={100} value={progress} aria-label={`Progress of ${id}`} />
            <span class="hint">for {formatDuration(seconds * 1_000)}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}
