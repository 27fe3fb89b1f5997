import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { YOUNG_GENERATION } from '@primes/service-kit/runtime';
import { freePort, startCollector, startHttpServer, type ServiceProcess } from '@primes/testing';
import { findOnPath } from '../dev/on-path.ts';
import { CONNECTIONS, submitMany } from './load.ts';
import { atLeast, perSecond, times, type Row } from './row.ts';
import { PROCESSES, inTurn, interleaved, median, medianRatio, valuesOf } from './statistics.ts';
import type { System } from './system.ts';

/** Many rounds: other load on the machine changes by half and more from one second to the next. */
const ROUNDS = 36;
/** For rows without a bar. */
const FEW_ROUNDS = 12;
const SUBMISSIONS = 2_500;
/** Time to export the last spans before the next side's turn. */
const SETTLE_MS = 100;
/** Without `--expose-gc`: a process that waits for its turn must not release its memory as idle and then start slowly. */
const NODE_OPTIONS = YOUNG_GENERATION;

interface Load {
  readonly milliseconds: number;
  /** CPU time of the api per submission. */
  readonly microseconds: number;
}

/** The cost of tracing for POST, and of a collector on the same cores if one is on the PATH. */
export async function* telemetryRows(system: System): AsyncGenerator<Row> {
  await using stack = new AsyncDisposableStack();
  // Receives everything and discards it.
  const sink = stack.use(await startHttpServer((req, res) => void req.resume().on('end', () => res.end())));
  yield* rowsOf(system, { otlp: new URL(sink.url).host, collector: false });
  if ((await findOnPath('otelcol-k8s')) === undefined) return;
  const otlp = `127.0.0.1:${await freePort()}`;
  const ends = { target: sink.url, metrics: sink, traces: { endpoint: sink.url } };
  stack.use(await startCollector({ service: 'api', ...ends, otlp }));
  yield* rowsOf(system, { otlp, collector: true });
}

interface Destination {
  readonly otlp: string;
  /** A collector uses the same cores, so there is no bar. */
  readonly collector: boolean;
}

/** POST without tracing, with 10 % of the requests traced, and with all of them. */
async function* rowsOf(system: System, { otlp, collector }: Destination): AsyncGenerator<Row> {
  const tracing = (share: number) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlp}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(share),
  });
  await using stack = new AsyncDisposableStack();
  const side = async (env?: Record<string, string>) => {
    const apis: ServiceProcess[] = [];
    for (let i = 0; i < PROCESSES; i++)
      apis.push(stack.use(await system.start('api', { ...env, NODE_OPTIONS })));
    const next = inTurn(apis);
    return () => measure(next());
  };
  const [none, ...traced] = await interleaved(
    collector ? FEW_ROUNDS : ROUNDS,
    await side(),
    await side(tracing(0.1)),
    await side(tracing(1)),
  );
  for (const { share, loads, least } of [
    { share: '10 %', loads: traced[0], least: 0.9 },
    { share: '100 %', loads: traced[1], least: 0.75 },
  ]) {
    const ratio = medianRatio(valuesOf(none, 'milliseconds'), valuesOf(loads, 'milliseconds'));
    const rates = [loads, none].map((side) => perSecond(SUBMISSIONS, median(valuesOf(side, 'milliseconds'))));
    const cpu = [loads, none].map((side) => `${median(valuesOf(side, 'microseconds')).toFixed(0)} µs`);
    yield {
      what: `POST /tasks, ${CONNECTIONS} connections, ${share} traced${collector ? ' to a collector on the same cores' : ''}, against no tracing`,
      measured: `${times(ratio)} (${rates.join(' and ')}; ${cpu.join(' and ')} of api CPU each)`,
      ...(!collector && { bar: atLeast(ratio, least, times) }),
    };
  }
}

async function measure({ url, pid }: ServiceProcess): Promise<Load> {
  const before = cpuMicroseconds(pid);
  const milliseconds = await submitMany(url, SUBMISSIONS);
  await delay(SETTLE_MS);
  return { milliseconds, microseconds: (cpuMicroseconds(pid) - before) / SUBMISSIONS };
}

/** The CPU time of a process, user and system (Linux counts in hundredths of a second). */
function cpuMicroseconds(pid: number): number {
  // The name, in parentheses, may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
