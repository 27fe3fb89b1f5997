import { status } from '@grpc/grpc-js';
import * as z from 'zod';
import { RpcError } from './rpc-error.ts';
import type { ScaledObjectRef } from './wire.ts';

/** More tasks than a queue holds; also sent as a 64-bit integer. */
const MAX_TARGET = 10_000_000;
/** Slightly more than two polls at an interval of five minutes. */
const MAX_SETTLE_SECONDS = 602;

/** Our keys of the trigger metadata. KEDA also passes its own, such as scalerAddress. */
const metadataOf = (queue: string) =>
  z.object({
    /** Tasks per pod: its concurrency. */
    target: z.coerce
      .number('Must be a number')
      .positive('Must be above 0')
      .max(MAX_TARGET, `Must be at most ${MAX_TARGET}`)
      .default(4),
    /** Seconds after the start of a stream during which the scaler returns UNAVAILABLE: see ActivityStreams. */
    settleSeconds: z.coerce
      .number('Must be a number')
      .min(0, 'Must be at least 0')
      .max(MAX_SETTLE_SECONDS, `Must be at most ${MAX_SETTLE_SECONDS}`)
      .default(0),
    /** Rejects triggers for another queue. */
    queue: z.literal(queue, `Must be ${queue}`).default(queue),
  });

/** The validated trigger metadata of a ScaledObject. */
export type Trigger = Readonly<z.infer<ReturnType<typeof metadataOf>>>;

/** Namespace and name of a ScaledObject. */
export function objectOf(ref: ScaledObjectRef | null): string {
  return `${ref?.namespace ?? ''}/${ref?.name ?? ''}`;
}

/**
 * @param queue the queue of this gateway
 * @throws {RpcError} INVALID_ARGUMENT with every invalid key
 */
export function triggerOf(ref: ScaledObjectRef | null, queue: string): Trigger {
  const parsed = metadataOf(queue).safeParse(ref?.scalerMetadata ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new RpcError(status.INVALID_ARGUMENT, `scalerMetadata: ${problems.join('; ')}`);
}
