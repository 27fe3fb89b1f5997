import { HISTORY, type HistoryPoint, type RedisClient } from '@primes/contracts';
import { readWorkerReports, redisTime } from '@primes/service-kit';
import * as z from 'zod';
import { demandOf } from '../demand.ts';
import type { QueueSample } from './queue-sample.ts';
import type { Sampler } from './sampler.ts';

const INTERVAL_MS = HISTORY.intervalSeconds * 1_000;
/** One more than is shown, because a point shows what has changed since the one before. */
const KEPT = (HISTORY.maxMinutes * 60) / HISTORY.intervalSeconds + 1;

const count = z.coerce.number().int().min(0);
/** An entry of the stream: the state at its time, and totals since installation. */
const EntrySchema = z.object({
  depth: count,
  demand: count,
  inFlight: count,
  workers: count,
  submitted: count,
  ended: count,
  failed: count,
});
type Entry = z.infer<typeof EntrySchema>;

export interface HistoryDeps {
  readonly redis: RedisClient;
  readonly queuePrefix: string;
  readonly queue: Pick<Sampler<QueueSample>, 'fresh'>;
}

/**
 * The history of the queue, in memory and in a stream that all gateways share. The id of an entry is the start of its interval,
 * and Redis rejects an id that is not newer than the last one. So each interval has one entry, whichever gateway adds it, and a
 * gateway that starts continues where the others are. If Redis loses the stream, what is in memory remains.
 */
export class History {
  readonly #deps: HistoryDeps;
  readonly #key: string;
  /** By their times, in milliseconds since the epoch. */
  readonly #entries = new Map<number, Entry>();
  #last: string | undefined;
  /** The time of Redis at the last update. */
  #now = 0;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
    this.#key = historyKey(deps.queuePrefix);
  }

  /** Adds the current interval, unless a gateway has done so, and reads what is new. */
  async update(): Promise<this> {
    // A gateway whose clock is ahead would add an id that rejects those of all others for as long.
    this.#now = Math.floor(await redisTime(this.#deps.redis));
    const time = this.#now - (this.#now % INTERVAL_MS);
    if (!this.#entries.has(time)) await this.#add(time);
    const from = this.#last === undefined ? '-' : `(${this.#last}`;
    for (const [id, fields] of await this.#deps.redis.xrange(this.#key, from, '+')) {
      const entry = EntrySchema.safeParse(objectOf(fields)).data;
      if (entry) this.#entries.set(Number.parseInt(id), entry);
      this.#last = id;
    }
    for (const old of this.#entries.keys()) {
      if (this.#entries.size <= KEPT) break;
      this.#entries.delete(old);
    }
    return this;
  }

  /** The points of the last minutes, from the oldest to the newest. */
  points(minutes: number): HistoryPoint[] {
    const entries = [...this.#entries];
    const points = entries.map(([time, entry], i) => pointOf(time, entry, entries[i - 1]?.[1] ?? entry));
    const from = new Date(this.#now - minutes * 60_000).toISOString();
    return points.filter(({ time }) => time > from);
  }

  async #add(time: number): Promise<void> {
    const { redis, queuePrefix, queue } = this.#deps;
    const sample = queue.fresh()?.value;
    if (!sample) return;
    const { counts, tally } = sample;
    const { demand, inFlight } = demandOf(sample);
    const ended = tally.completed + tally.failed + tally.cancelled;
    const entry: Entry = {
      depth: counts.waiting + counts.prioritized + counts.delayed,
      demand,
      inFlight,
      workers: (await readWorkerReports(redis, queuePrefix)).length,
      submitted: tally.pending + tally.processing + ended,
      ended,
      failed: tally.failed,
    };
    const fields = Object.entries(entry).flat();
    await redis.xadd(this.#key, 'MAXLEN', KEPT, `${time}-0`, ...fields).catch((error: unknown) => {
      // Another gateway was faster.
      if (!(error as Error).message.includes('equal or smaller')) throw error;
    });
  }
}

/** Stream: the last half hour of the queue. */
export function historyKey(queuePrefix: string): string {
  return `${queuePrefix}:history`;
}

function pointOf(time: number, entry: Entry, before: Entry): HistoryPoint {
  // Less than before if Redis was restored from a backup, or if failed tasks were retried.
  const since = (name: 'submitted' | 'ended' | 'failed') => Math.max(0, entry[name] - before[name]);
  return {
    time: new Date(time).toISOString(),
    depth: entry.depth,
    demand: entry.demand,
    in_flight: entry.inFlight,
    workers: entry.workers,
    started: since('submitted'),
    ended: since('ended'),
    failed: since('failed'),
  };
}

function objectOf(fields: readonly string[]): Record<string, string> {
  const object: Record<string, string> = {};
  for (let i = 0; i < fields.length; i += 2) object[fields[i] ?? ''] = fields[i + 1] ?? '';
  return object;
}
