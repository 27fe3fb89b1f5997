import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Longer than an add may take (REDIS_COMMAND_TIMEOUT_MS), short enough for a client that waits. */
const CLAIM_MS = 5_000;
const RETRY_MS = 20;

export interface FlowClaim<T> {
  readonly key: string;
  /** The task, if somebody has added it by now. */
  readonly find: () => Promise<T | undefined>;
  readonly add: () => Promise<T>;
}

/**
 * Lets one of several equal submissions add a task and the others wait for it, where adding it twice is
 * no matter of course: a flow that is added again can leave its parent waiting for ever, and an expired
 * task must be taken away just once. Whoever dies with the claim loses it by expiry.
 */
export async function addOnce<T>(redis: Redis, { key, find, add }: FlowClaim<T>): Promise<T> {
  for (;;) {
    if ((await redis.set(key, '1', 'PX', CLAIM_MS, 'NX')) === 'OK') {
      // The holder before us may have added it between our last look and its release.
      const task = (await find()) ?? (await add());
      await redis.del(key);
      return task;
    }
    await delay(RETRY_MS);
    const found = await find();
    if (found) return found;
  }
}
