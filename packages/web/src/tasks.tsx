import { hasEnded, type TaskSummary } from '@primes/client';
import { can, canRead, canReadAll } from './api.ts';
import { formatNumber, formatTime, outcome, toInstant } from './format.ts';
import type { JobProps } from './job-view.tsx';
import { useGet } from './load.ts';
import { Show, Status } from './parts.tsx';
import { route, taskLink, tasksLink } from './route.ts';

const STATUSES = ['pending', 'processing', 'done', 'failed', 'cancelled'] as const;
const PAGE = 50;

/** The fields by which the api filters tasks of every job. */
const FILTERS = [
  { name: 'created_after', label: 'Submitted since', type: 'datetime-local' },
  { name: 'created_before', label: 'Submitted before', type: 'datetime-local' },
  { name: 'error_code', label: 'Error code' },
  { name: 'batch', label: 'Batch id' },
] as const;
const ERROR_CODES = ['timeout', 'invalid', 'crashed', 'expired'];

/** The tasks that the address asks for. */
export function Tasks({ job }: JobProps) {
  const { cursor, ...filter } = Object.fromEntries(route.value.query);
  const { created_after: after, created_before: before } = filter;
  const loaded = useGet('/tasks', {
    query: {
      limit: PAGE,
      ...filter,
      ...(after && { created_after: toInstant(after) }),
      ...(before && { created_before: toInstant(before) }),
      ...(cursor && { cursor }),
    },
  });
  return (
    <div class="sided">
      <nav aria-label="Filter by status" class="filters">
        {['', ...STATUSES].map((status) => (
          <a
            key={status}
            href={tasksLink({ ...filter, status })}
            aria-current={(filter['status'] ?? '') === status ? 'true' : undefined}
          >
            {status || 'all'}
          </a>
        ))}
      </nav>
      <div>
        <Filters key={JSON.stringify(filter)} filter={filter} job={job} />
        <Show of={loaded}>
          {({ tasks, next_cursor: next, counts, truncated, scanned }) => (
            <>
              {counts && (
                <p>{STATUSES.map((status) => `${formatNumber(counts[status])} ${status}`).join(', ')}</p>
              )}
              <TaskRows tasks={tasks} job={job} />
              {tasks.length === 0 && (
                <p class="empty">
                  {Object.keys(filter).length === 0 ? 'There are no tasks yet.' : 'No task matches.'}{' '}
                  {can('submit') && <a href="#/">Submit one</a>}
                </p>
              )}
              {truncated && <p class="hint">{formatNumber(scanned)} tasks were searched for this page.</p>}
              <p class="pages">
                {cursor !== undefined && <a href={tasksLink(filter)}>Newest</a>}
                {next !== null && <a href={tasksLink({ ...filter, cursor: next })}>Older</a>}
              </p>
            </>
          )}
        </Show>
      </div>
    </div>
  );
}

interface FiltersProps extends JobProps {
  readonly filter: Readonly<Record<string, string>>;
}

function Filters({ filter, job }: FiltersProps) {
  const ofAll = canReadAll() ? [{ name: 'principal', label: 'Submitted by' }] : [];
  const fields = [...FILTERS, ...ofAll, ...job.filters];
  const isUsed = fields.some(({ name }) => name in filter);
  const apply = (event: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const chosen = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    location.hash = tasksLink({ ...filter, ...chosen });
  };
  return (
    <details open={isUsed}>
      <summary>Filters</summary>
      <form class="fields" onSubmit={apply}>
        {fields.map(({ label, ...attributes }) => (
          <label key={attributes.name}>
            {label}
            <input
              {...attributes}
              list={`${attributes.name}-values`}
              defaultValue={filter[attributes.name] ?? ''}
            />
          </label>
        ))}
        <datalist id="error_code-values">
          {ERROR_CODES.map((code) => (
            <option key={code} value={code} />
          ))}
        </datalist>
        <p class="pages">
          <button>Apply</button>
          {isUsed && <a href={tasksLink({ status: filter['status'] ?? '' })}>Clear</a>}
        </p>
      </form>
    </details>
  );
}

interface TaskRowsProps extends JobProps {
  readonly tasks: readonly TaskSummary[];
}

/** A row for each task. Without a role that reads tasks, only their acceptance is known. */
export function TaskRows({ tasks, job }: TaskRowsProps) {
  return (
    <ul class="rows">
      {tasks.map((task) => (
        <li key={task.request_id}>
          {canRead() ? (
            <a href={taskLink(task.request_id)}>{job.title(task)}</a>
          ) : (
            <span>{job.title(task)}</span>
          )}
          {canRead() || hasEnded(task) ? <Status status={task.status} /> : <span>accepted</span>}
          <span class="hint">{formatTime(task.created_at)}</span>
          <span class="hint">
            {canRead() && outcome(task, job)}
            {task.status === 'processing' && (
              <progress max={100} value={task.progress} aria-label={`Progress of ${job.title(task)}`} />
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
