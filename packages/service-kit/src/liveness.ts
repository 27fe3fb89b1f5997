import { Gauge, type Registry } from 'prom-client';
import type { CommonConfig } from './common-config.ts';
import type { Logger } from './logger.ts';
import {
  isCluster,
  queueRedis,
  storeRedis,
  type RedisKeyspace,
  type RedisSettings,
} from './redis-keyspace.ts';
import { canWrite } from './redis-write.ts';

/** Milliseconds between two checks of the loops. */
const CHECK_MS = 2_000;
/**
 * Milliseconds within which a loop must turn after Redis is available again. The longest measured: 1.25 s until the
 * connection is open, then a blocking read of 10 s on an empty queue, whose end is the next turn.
 */
export const RECOVERY_MS = 15_000;

export interface LoopOptions {
  /** The Redis that the loop uses. */
  readonly redis: RedisKeyspace;
  /** The maximum of milliseconds between two turns while Redis responds at once. */
  readonly maxIntervalMs: number;
  /** Whether no turn is expected now, for example because each slot runs a task. */
  readonly idle?: () => boolean;
}

/** A watched loop reports its turns here. */
export interface Loop {
  /** Redis has responded to the loop. */
  turned(): void;
}

/** Milliseconds within which a connection must be ready again while Redis is available. */
const MAX_RECONNECT_MS = 12_000;

type LivenessConfig = RedisSettings & Pick<CommonConfig, 'REDIS_COMMAND_TIMEOUT_MS'>;

export interface LivenessOptions {
  /** Prefix of metric names. */
  readonly metricPrefix: string;
  readonly connections: {
    /** Whether all connections to a Redis are usable. */
    readyFor(redis: RedisKeyspace): boolean;
  };
  readonly registry: Registry;
  readonly log: Logger;
  /** Once it is aborted, the loops end and none counts as stalled. */
  readonly signal: AbortSignal;
}

/**
 * Watches the loops of a process: it is alive while each of them turns.
 *
 * A loop is stalled when its turn is overdue although a new connection has been able to write to its Redis for
 * `RECOVERY_MS` without interruption. While Redis is unavailable, no loop is stalled, because a restart would not help.
 * The new connection is opened only when a loop is overdue.
 */
export class Liveness {
  readonly #loops = new Map<string, WatchedLoop>();
  readonly #options: LivenessOptions;
  /** Timeout of a new connection and its response. */
  readonly #timeoutMs: number;
  #checking = false;

  constructor(config: LivenessConfig, options: LivenessOptions) {
    this.#timeoutMs = config.REDIS_COMMAND_TIMEOUT_MS;
    this.#options = options;
    const loops = this.#loops;
    new Gauge({
      name: `${options.metricPrefix}_loop_last_turn_age_seconds`,
      help: 'Age of the last turn of a loop to which Redis responded; 0 while no turn is expected',
      labelNames: ['loop'],
      aggregator: 'max',
      registers: [options.registry],
      collect() {
        for (const [name, loop] of loops) this.set({ loop: name }, loop.ageMs / 1_000);
      },
    });
    this.#watchConnections(config);
    const timer = setInterval(() => void this.#check(), CHECK_MS);
    timer.unref();
    options.signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
  }

  /** Starts to watch a loop. */
  watch(name: string, options: LoopOptions): Loop {
    if (this.#loops.has(name)) throw new Error(`A loop is already watched as ${name}`);
    const loop = new WatchedLoop(options, this.#timeoutMs);
    this.#loops.set(name, loop);
    return loop;
  }

  /** The connections of requests have no loop. While they are ready, no turn is expected. */
  #watchConnections(config: LivenessConfig): void {
    const { connections } = this.#options;
    const [queue, store] = [queueRedis(config), storeRedis(config)];
    // In one Cluster, they may be on two nodes.
    const isSame = queue.url === store.url && !isCluster(queue.url);
    const targets = Object.entries({
      queue_connections: queue,
      ...(!isSame && { store_connections: store }),
    });
    for (const [loop, redis] of targets)
      this.watch(loop, { redis, maxIntervalMs: MAX_RECONNECT_MS, idle: () => connections.readyFor(redis) });
  }

  /** Seconds since the last turn of each loop that is stalled. */
  stalled(): Readonly<Record<string, number>> {
    if (this.#options.signal.aborted) return {};
    const stalled = [...this.#loops].filter(([, loop]) => loop.stalled);
    return Object.fromEntries(stalled.map(([name, loop]) => [name, Math.round(loop.ageMs / 1_000)]));
  }

  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const overdue = [...this.#loops].filter(([, loop]) => loop.isOverdue());
    const targets = new Map(overdue.map(([, { redis }]) => [idOf(redis), redis]));
    for (const [id, target] of targets) {
      const writable = await canWrite(target, this.#timeoutMs);
      for (const [name, loop] of overdue)
        if (idOf(loop.redis) === id && loop.setWritable(writable))
          this.#options.log.error(
            { loop: name, age_seconds: Math.round(loop.ageMs / 1_000) },
            'loop stalled',
          );
    }
    this.#checking = false;
  }
}

function idOf({ url, prefix }: RedisKeyspace): string {
  return JSON.stringify([url, prefix]);
}

class WatchedLoop implements Loop {
  readonly redis: RedisKeyspace;
  readonly #options: LoopOptions;
  readonly #overdueMs: number;
  #turnedAt = performance.now();
  /** Since when a new connection can write, without interruption. */
  #writableSince: number | undefined;
  #reported = false;

  constructor(options: LoopOptions, timeoutMs: number) {
    this.redis = options.redis;
    this.#options = options;
    this.#overdueMs = options.maxIntervalMs + timeoutMs;
  }

  turned(): void {
    this.#turnedAt = performance.now();
    this.#writableSince = undefined;
    this.#reported = false;
  }

  get ageMs(): number {
    if (this.#options.idle?.()) {
      this.turned();
      return 0;
    }
    return performance.now() - this.#turnedAt;
  }

  isOverdue(): boolean {
    return this.ageMs > this.#overdueMs;
  }

  get stalled(): boolean {
    return (
      this.isOverdue() &&
      this.#writableSince !== undefined &&
      performance.now() - this.#writableSince >= RECOVERY_MS
    );
  }

  /** Returns true once, when the loop becomes stalled. */
  setWritable(writable: boolean): boolean {
    if (!writable || !this.isOverdue()) this.#writableSince = undefined;
    else this.#writableSince ??= performance.now();
    const becameStalled = this.stalled && !this.#reported;
    this.#reported ||= becameStalled;
    return becameStalled;
  }
}
