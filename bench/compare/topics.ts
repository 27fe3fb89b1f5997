import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type * as Sieve from '@primes/sieve';
import type * as PrimeText from '@primes/sieve/prime-text';
import { YOUNG_GENERATION } from '@primes/service-kit/runtime';
import { SERVICES, residentBytes, startHttpServer, type ServiceProcess } from '@primes/testing';
import { besideLarge } from '../concurrency.ts';
import { IDLE_MS } from '../footprint.ts';
import { count, primesAsBits, writeText } from '../kernel.ts';
import { CONNECTIONS, submitMany } from '../load.ts';
import { mebibytes, ms } from '../row.ts';
import { PROCESSES, inTurn, median, percentile, repeat, timed } from '../statistics.ts';
import { SLOW_READERS, STREAMED, download, readSlowly, watchPeak } from '../streaming.ts';
import { SUBMISSIONS, submitAndDrain } from '../submit-and-drain.ts';
import type { Client } from '../client.ts';
import { startSystem, type System } from '../system.ts';

/** Measures all figures of a topic once, in order. */
type Measure = () => Promise<readonly number[]>;

/** The figures of one measurement. Each is a time or a size, so lower is better. */
export interface Topic {
  readonly rounds: number;
  readonly figures: readonly { readonly what: string; readonly format: (value: number) => string }[];
  /** Starts the system from the build in `root`; the stack stops it. */
  readonly prepare: (root: string, stack: AsyncDisposableStack) => Promise<Measure>;
}

const TRACED_SUBMISSIONS = 2_500;
const CACHED_TASKS = 300;

export const TOPICS: Readonly<Record<string, Topic>> = {
  kernel: {
    rounds: 15,
    figures: [
      { what: 'count to 1e9, 1 thread', format: ms },
      { what: 'format a megabyte of text', format: ms },
    ],
    async prepare(root) {
      const load = async (file: string): Promise<unknown> =>
        import(pathToFileURL(join(root, 'packages', 'sieve', 'src', file)).href);
      const { createRangeSieve } = (await load('index.ts')) as typeof Sieve;
      const { primeText } = (await load('prime-text.ts')) as typeof PrimeText;
      const kernel = createRangeSieve();
      const bitmap = primesAsBits(kernel);
      return () => Promise.resolve([count(kernel, 1e9), 1e9 / writeText(bitmap, primeText)]);
    },
  },
  latency: {
    rounds: 15,
    figures: [
      { what: 'cold n = 1,000,000, POST to done', format: ms },
      { what: 'cold n = 10,000,000, POST to done', format: ms },
      { what: 'cold n = 100,000,000, POST to done', format: ms },
      { what: 'cached n = 100, POST to done, p50', format: ms },
      { what: 'cached n = 100, POST to done, p99', format: ms },
    ],
    async prepare(root, stack) {
      const clients: Client[] = [];
      while (clients.length < PROCESSES) {
        const system = stack.use(await startSystem(root));
        await system.start('worker');
        clients.push(stack.use(system.client(2)));
      }
      const next = inTurn(clients);
      return async () => {
        const client = next();
        const cold = async (n: number, times: number) =>
          median(await repeat(times, () => client.time({ n, fresh: true })));
        const figures = [await cold(1_000_000, 5), await cold(10_000_000, 3), await cold(100_000_000, 1)];
        const cached = await repeat(CACHED_TASKS, () => client.time({ n: 100 }));
        return [...figures, percentile(cached, 50), percentile(cached, 99)];
      };
    },
  },
  fairness: {
    rounds: 15,
    figures: [
      { what: 'fresh n = 1,000 beside n = 50,000,000, p50', format: ms },
      { what: 'fresh n = 1,000 beside n = 50,000,000, p99', format: ms },
    ],
    async prepare(root, stack) {
      const systems: System[] = [];
      while (systems.length < PROCESSES) systems.push(stack.use(await startSystem(root)));
      const next = inTurn(systems);
      return async () => {
        const times = await besideLarge(next(), 4);
        return [percentile(times, 50), percentile(times, 99)];
      };
    },
  },
  submit: {
    rounds: 21,
    figures: [
      {
        what: `POST /tasks, ${CONNECTIONS} connections, ${SUBMISSIONS.toLocaleString('en')} tasks`,
        format: ms,
      },
      { what: 'drain the same cached tasks with one worker', format: ms },
    ],
    async prepare(root, stack) {
      const system = stack.use(await startSystem(root));
      const apis = [system.api, await system.start('api'), await system.start('api')];
      const next = inTurn(apis);
      return async () => {
        const { submit, drain } = await submitAndDrain({ ...system, api: next() });
        return [submit, drain];
      };
    },
  },
  traced: {
    rounds: 15,
    figures: [
      {
        what: `POST /tasks, ${CONNECTIONS} connections, ${TRACED_SUBMISSIONS.toLocaleString('en')} tasks, all traced`,
        format: ms,
      },
    ],
    async prepare(root, stack) {
      const system = stack.use(await startSystem(root));
      // Receives the spans and discards them.
      const sink = stack.use(
        await startHttpServer((req, res) => void req.resume().on('end', () => res.end())),
      );
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, NODE_OPTIONS: YOUNG_GENERATION };
      const apis: ServiceProcess[] = [];
      while (apis.length < PROCESSES) apis.push(await system.start('api', env));
      const next = inTurn(apis);
      return async () => [await submitMany(next().url, TRACED_SUBMISSIONS)];
    },
  },
  streaming: {
    rounds: 9,
    figures: [
      { what: 'text of 1e8 primes over HTTP', format: ms },
      { what: 'peak memory of the api while streaming to one reader', format: mebibytes },
      { what: `peak memory of the api while streaming to ${SLOW_READERS} slow readers`, format: mebibytes },
    ],
    async prepare(root, stack) {
      const system = stack.use(await startSystem(root));
      const worker = await system.start('worker');
      const client = stack.use(system.client(1));
      const id = await client.submit({ n: STREAMED });
      await client.done(id);
      await worker[Symbol.asyncDispose]();
      return async () => {
        await using api = await system.start('api');
        const url = `${api.url}/tasks/${id}`;
        // The peak of a first download depends on when V8 collects the garbage of the start: 150 or 190 MiB, the next ones 150.
        await download(url);
        const onePeak = watchPeak(api.pid);
        const duration = await timed(async () => {
          await download(url);
        });
        const one = onePeak();
        const slowPeak = watchPeak(api.pid);
        await Promise.all(Array.from({ length: SLOW_READERS }, () => readSlowly(url)));
        return [duration, one, slowPeak()];
      };
    },
  },
  start: {
    rounds: 9,
    figures: SERVICES.map((service) => ({ what: `${service}: start to ready`, format: ms })),
    async prepare(root, stack) {
      const system = stack.use(await startSystem(root));
      return async () => {
        const durations: number[] = [];
        for (const service of SERVICES) {
          const start = performance.now();
          const started = await system.start(service);
          durations.push(performance.now() - start);
          await started[Symbol.asyncDispose]();
        }
        return durations;
      };
    },
  },
  idle: {
    rounds: 5,
    figures: SERVICES.map((service) => ({
      what: `${service}: resident memory when idle`,
      format: mebibytes,
    })),
    async prepare(root, stack) {
      const system = stack.use(await startSystem(root));
      return async () => {
        await using started = new AsyncDisposableStack();
        const processes: ServiceProcess[] = [];
        for (const service of SERVICES) processes.push(started.use(await system.start(service)));
        await delay(IDLE_MS);
        return processes.map(({ pid }) => residentBytes(pid));
      };
    },
  },
};
