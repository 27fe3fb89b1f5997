import type { RedisClient } from '@primes/contracts';

/** Milliseconds between two synchronizations: the clocks of two machines drift apart by less than 1 ms in that time. */
const INTERVAL_MS = 10_000;
/** Resolution of Date.now(), in milliseconds. */
const RESOLUTION_MS = 1;
/** A slower response says too little about the time; it usually waited for a connection. */
const MAX_ROUND_TRIP_MS = 1_000;

/**
 * The time of Redis, which all workers share, continued by the monotonic clock of this process. The start of a task is
 * written by one worker and its timeout is computed by another: with a wall clock that is wrong by more than the timeout,
 * tasks that are handed over or retried would fail. A wall clock that is right, as far as the round trip can tell, is used
 * as it is: the other times of a task come from it, and on one machine the estimate differed by 4 ms.
 */
export class RedisClock {
  readonly #redis: Pick<RedisClient, 'time'>;
  readonly #timer: NodeJS.Timeout;
  /** The time when the monotonic clock was 0, in milliseconds since the epoch. Until the first response: by the wall clock. */
  #originMs = wallOriginMs();
  /** During an outage the connection keeps commands: it must not get one for each interval. */
  #isAsking = false;

  constructor(redis: Pick<RedisClient, 'time'>) {
    this.#redis = redis;
    this.#timer = setInterval(() => void this.synchronize(), INTERVAL_MS).unref();
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#originMs + performance.now());
  }

  /** Keeps the last time if Redis does not respond. */
  async synchronize(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const sentAt = performance.now();
    const time = await redisTime(this.#redis).catch(() => undefined);
    const receivedAt = performance.now();
    this.#isAsking = false;
    if (time === undefined || receivedAt - sentAt > MAX_ROUND_TRIP_MS) return;
    const measured = time - (sentAt + receivedAt) / 2;
    const wall = wallOriginMs();
    const uncertainty = (receivedAt - sentAt) / 2 + RESOLUTION_MS;
    this.#originMs = Math.abs(measured - wall) > uncertainty ? measured : wall;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** The time of Redis in milliseconds since the epoch, with fractions. */
export async function redisTime(redis: Pick<RedisClient, 'time'>): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

/** The time when the monotonic clock was 0, by the wall clock. */
function wallOriginMs(): number {
  return Date.now() - performance.now();
}
