import type { Client } from '@primes/client';
import { formatDuration } from './format.ts';
import { useLoaded } from './load.ts';
import { Show } from './parts.tsx';

const REFRESH_MS = 2_000;
/** Samples are older only if the gateway does not get them. */
const STALE_SECONDS = 15;

const WORDS = { up: '● up', down: '✕ down', stale: '◐ stale', off: '– not configured' } as const;

/** What each part does in a state, or what to do. */
const ADVICE = {
  API: { up: 'It accepts tasks.', down: 'It is starting or stopping. If that lasts, see its log.' },
  Redis: {
    up: 'Tasks are stored.',
    down: 'New tasks receive 503. Start Redis; accepted tasks continue by themselves.',
  },
  'Metrics gateway': {
    up: 'It samples the queue.',
    stale: 'It has no new samples: is Redis available?',
    down: 'Tasks run, but workers scale more slowly. Start the gateway, or check METRICS_GATEWAY_URL.',
  },
  Prometheus: {
    up: 'Only dashboards need it.',
    off: 'Only dashboards need it.',
    down: 'Dashboards have no new data. Check PROMETHEUS_URL of the gateway.',
  },
} as const;

interface Part {
  readonly name: keyof typeof ADVICE;
  readonly state: keyof typeof WORDS;
  readonly age?: number | undefined;
}

/** The parts of the service: whether they work, how old that is, and what to do. */
export function Health() {
  const loaded = useLoaded(readParts, { everyMs: REFRESH_MS });
  return (
    <Show of={loaded}>
      {(parts) => (
        <>
          {parts.length === 2 && (
            <p class="notice">
              The metrics gateway and Prometheus are not shown. Your key needs the role “metrics”.
            </p>
          )}
          <ul class="parts">
            {parts.map(({ name, state, age }) => (
              <li key={name} class="card">
                <h2>{name}</h2>
                <p>
                  <strong class={state === 'down' ? 'error' : undefined}>{WORDS[state]}</strong>
                  {age !== undefined && <small> as of {formatDuration(age * 1_000)} ago</small>}
                </p>
                <p class="hint">{(ADVICE[name] as Partial<Record<Part['state'], string>>)[state]}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Show>
  );
}

/** The api and Redis; and the metrics gateway and Prometheus, if the client may read the metrics. */
async function readParts({ http }: Client, signal: AbortSignal): Promise<readonly Part[]> {
  const [ready, health] = await Promise.all([
    http.GET('/readyz', { signal }),
    http.GET('/api/metrics/health', { signal }),
  ]);
  // Both have the same body when something is down.
  const { checks = {} } = (ready.data ?? ready.error) as Partial<NonNullable<typeof ready.data>>;
  const { prometheus } = (health.data ?? health.error) as Partial<NonNullable<typeof health.data>>;
  const api: Part = { name: 'API', state: ready.response.ok ? 'up' : 'down' };
  const redis: Part = { name: 'Redis', state: checks['redis'] === 'ok' ? 'up' : 'down' };
  // The roles alone do not say it: without AUTH_METRICS, everyone may read the metrics.
  if (health.response.status === 403) return [api, redis];

  const [stats, summary] = await Promise.all([
    http.GET('/api/metrics/redis-stats', { signal }),
    http.GET('/api/metrics/summary', { signal }),
  ]);
  const age = summary.data?.sample_age_seconds;
  const gateway = prometheus === undefined ? 'down' : (age ?? Infinity) > STALE_SECONDS ? 'stale' : 'up';
  return [
    api,
    { ...redis, age: stats.data?.sample_age_seconds },
    { name: 'Metrics gateway', state: gateway, age },
    {
      name: 'Prometheus',
      state: prometheus === undefined || prometheus === 'disabled' ? 'off' : prometheus,
    },
  ];
}
