import { residentBytes, eventually } from '@primes/testing';
import { TaskStatsSchema, type JobData } from '@primes/contracts';
import { Queue } from 'bullmq';
import { secretFinder } from '../support/secrets.ts';
import { only, totalOf } from './history.ts';
import { followEvents, recordJobs } from './queue-events.ts';
import type { Recorder } from './recorder.ts';
import type { Subject } from './subject.ts';
import type { ChaosSystem } from './system.ts';

/** The default of QUEUE_PREFIX, and BullMQ's. */
const PREFIX = 'bull';
const INTERVAL_MS = 200;
/** A sample of the gateway is at most so old, and a bit. */
const STATS_PATIENCE = { timeoutMs: 10_000, intervalMs: 500 };
/** A connection whose response is overdue is closed after five command timeouts, a probe of liveness after 15 s. */
const RECONNECT_PATIENCE = { timeoutMs: 60_000, intervalMs: 500 };

/** Records what no client sees: the log lines of all processes, BullMQ's events, memory and counters. */
export function observe(system: ChaosSystem, subject: Subject, recorder: Recorder) {
  const { operator, processes } = system;
  const findSecrets = secretFinder(system.secrets);
  const reader = system.connect();
  const queue = new Queue<JobData>(subject.queue, { connection: operator, prefix: PREFIX });
  queue.on('error', () => undefined);
  const stopEvents = followEvents(reader, queue, {
    report(event, id) {
      if (event === 'completed' || event === 'failed') recorder.record({ type: 'end', id, outcome: event });
    },
  });

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

  const timer = setInterval(readLogs, INTERVAL_MS).unref();

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

  function recordResources(phase: 'before' | 'after'): void {
    for (const { name, current } of processes) {
      if (current)
        recorder.record({ type: 'memory', phase, process: name, bytes: residentBytes(current.pid) });
    }
    recorder.record({ type: 'connections', phase, of: system.connections });
  }

  return {
    recordResources,
    /** The same once there are no more connections than before, or after a while: a process may be reconnecting. */
    async recordFinalResources(): Promise<void> {
      const before = totalOf(only(recorder.history, 'connections')[0]?.of);
      await eventually(() => {
        if (totalOf(system.connections) > before) throw new Error('There are more connections than before');
      }, RECONNECT_PATIENCE).catch(() => undefined);
      recordResources('after');
    },
    /** What is known only after all tasks have ended. */
    async finish(): Promise<void> {
      clearInterval(timer);
      await stopEvents();
      readLogs();
      await recordCounters();
      await recordJobs(queue, recorder);
      await queue.close();
    },
  };
}

interface Ends {
  readonly done: number;
  readonly failed: number;
}
