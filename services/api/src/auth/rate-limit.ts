import type { RedisClient } from '@primes/contracts';
import { HttpError, contextOf } from '@primes/service-kit';
import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;

export interface RateLimitOptions {
  readonly redis: RedisClient;
  /** Prefix of the keys in Redis. */
  readonly prefix: string;
  /** Requests of one principal a minute. */
  readonly limit: number;
}

/**
 * Limits the requests of each principal, counted in Redis over all processes. While Redis is unavailable, each process counts
 * alone. A principal above the limit costs no command until its minute ends.
 */
export function rateLimit({ redis, prefix, limit }: RateLimitOptions): RequestHandler {
  const window = { points: limit, duration: WINDOW_SECONDS };
  const limiter = new RateLimiterRedis({
    ...window,
    storeClient: redis,
    keyPrefix: `${prefix}:quota:requests`,
    inMemoryBlockOnConsumed: limit + 1,
    insuranceLimiter: new RateLimiterMemory(window),
  });

  return async function limitRate(req, res, next) {
    // Not by `consumedPoints`: they are 0 if the limiter rejects from memory.
    const [state, isOver] = await limiter.consume(contextOf(req).principal?.name ?? '').then(
      (served) => [served, false] as const,
      (rejection: unknown) => {
        if (rejection instanceof RateLimiterRes) return [rejection, true] as const;
        throw rejection;
      },
    );
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1_000));
    // draft-ietf-httpapi-ratelimit-headers-10
    res.set('RateLimit-Policy', `"requests";q=${limit};w=${WINDOW_SECONDS}`);
    res.set('RateLimit', `"requests";r=${state.remainingPoints};t=${seconds}`);
    if (isOver) {
      const detail = `At most ${limit} requests a minute, received one more`;
      throw new HttpError('rate_limited', { detail, retryAfter: seconds });
    }
    next();
  };
}
