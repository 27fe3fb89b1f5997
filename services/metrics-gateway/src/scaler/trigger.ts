import { status } from '@grpc/grpc-js';
import { TASK_QUEUE } from '@primes/contracts';
import { z } from 'zod';
import { RpcError } from './rpc-error.ts';
import type { ScaledObjectRef } from './wire.ts';

/** The keys of the trigger's metadata that are ours. KEDA passes its own (scalerAddress, …) as well. */
const MetadataSchema = z.object({
  /** Tasks that one pod is for: its concurrency. */
  target: z.coerce.number('Must be a number').positive('Must be above 0').default(4),
  /** Seconds after the opening of a stream in which the scaler does not answer: see ActivityStreams. */
  settleSeconds: z.coerce.number('Must be a number').min(0, 'Must be at least 0').default(0),
  /** Only there so that a trigger meant for another queue is refused, not answered with this one. */
  queue: z.literal(TASK_QUEUE, `Must be ${TASK_QUEUE}`).default(TASK_QUEUE),
});

/** What a ScaledObject asks for in its trigger. */
export type Trigger = Readonly<z.infer<typeof MetadataSchema>>;

/** @throws {RpcError} INVALID_ARGUMENT naming every key that is wrong */
export function triggerOf(ref: ScaledObjectRef | null): Trigger {
  const parsed = MetadataSchema.safeParse(ref?.scalerMetadata ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new RpcError(status.INVALID_ARGUMENT, `scalerMetadata: ${problems.join('; ')}`);
}
