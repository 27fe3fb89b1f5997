import { residentBytes, eventually } from '@primes/testing';
import { TaskStatsSchema, type JobData } from '@primes/contracts';
import { Job, Queue } from 'bullmq';
import { secretFinder } from '../support/secrets.ts';
import { only } from './history.ts';
import type { Recorder } from './recorder.ts';
import type { Subject } from './subject.ts';
import type { ChaosSystem } from './system.ts';

/** The default of QUEUE_PREFIX, and BullMQ's. */
const PREFIX = 'bull';
const INTERVAL_MS = 200;
/** A sample of the gateway is at most so old, and a bit. */
const STATS_PATIENCE = { timeoutMs: 10_000, intervalMs: 500 };

/** Records what no client sees: the log lines of all processes, BullMQ's events, memory and counters. */
export function observe(system: ChaosSystem, subject: Subject, recorder: Recorder) {
  const { operator, processes } = system;
  const findSecrets = secretFinder(system.secrets);
  const reader = system.connect();
  const queue = new Queue<JobData>(subject.queue, { connection: operator, prefix: PREFIX });
  queue.on('error', () => undefined);
  let lastEvent = '0';
  let reading = Promise.resolve();

  function readLogs(): void {
    for (const process of processes) {
      for (const line of process.newLines()) {
        const { msg, task_id: id } = line;
        if (msg === 'task started')
          recorder.record({ type: 'pick-up', process: process.name, id: String(id) });
        for (const name of findSecrets(JSON.stringify(line)))
          recorder.record({ type: 'secret', process: process.name, name });
      }
    }
  }

  /** BullMQ keeps the last 10,000 events. */
  async function readEvents(): Promise<void> {
    for (;;) {
      const streams = await reader.xread(
        'COUNT',
        1_000,
        'STREAMS',
        `${PREFIX}:${subject.queue}:events`,
        lastEvent,
      );
      const [, entries] = streams?.[0] ?? ['', []];
      if (entries.length === 0) return;
      for (const [entryId, fields] of entries) {
        lastEvent = entryId;
        const value = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
        const outcome = value('event');
        if (outcome === 'completed' || outcome === 'failed')
          recorder.record({ type: 'end', id: value('jobId'), outcome });
      }
    }
  }

  const timer = setInterval(() => {
    readLogs();
    reading = reading.then(readEvents).catch(() => undefined);
  }, INTERVAL_MS).unref();

  /** What the gateway counts, once it agrees with BullMQ's sets or after a while. */
  async function recordCounters(): Promise<void> {
    const gateway = processes.find(({ name }) => name === 'gateway')?.current;
    if (!gateway) return;
    let seen: { counted: Ends; stored: Ends } | undefined;
    await eventually(async () => {
      const response = await fetch(`${gateway.url}/api/metrics/task-stats`);
      const { done, failed, cancelled } = TaskStatsSchema.parse(await response.json());
      const sets = await queue.getJobCounts('completed', 'failed');
      seen = {
        counted: { done, failed: failed + cancelled },
        stored: { done: sets['completed'] ?? 0, failed: sets['failed'] ?? 0 },
      };
      if (seen.counted.done !== seen.stored.done || seen.counted.failed !== seen.stored.failed)
        throw new Error('The gateway does not agree yet');
    }, STATS_PATIENCE).catch(() => undefined);
    if (seen) recorder.record({ type: 'counters', ...seen });
  }

  return {
    recordResources(phase: 'before' | 'after'): void {
      for (const { name, current } of processes) {
        if (current)
          recorder.record({ type: 'memory', phase, process: name, bytes: residentBytes(current.pid) });
      }
      recorder.record({ type: 'connections', phase, count: system.connections });
    },
    /** What is known only after all tasks have ended. */
    async finish(): Promise<void> {
      clearInterval(timer);
      await reading;
      await readEvents();
      readLogs();
      await recordCounters();
      const ids = new Set(only(recorder.history, 'submit').flatMap(({ id }) => id ?? []));
      for (const id of ids) {
        const job = await Job.fromId(queue, id);
        if (job) recorder.record({ type: 'job', id, attempts: job.attemptsMade });
      }
      await queue.close();
    },
  };
}

interface Ends {
  readonly done: number;
  readonly failed: number;
}
