import { hash, randomUUID } from 'node:crypto';
import type { Batch, SubmittedBatch, TaskSpec } from '@primes/contracts';
import { HttpError, isRedisUnavailable, linkTo } from '@primes/service-kit';
import type { ReadBatch } from './batch.ts';
import { dataOf, reserve, retryHint, type SubmitContext, type SubmitDeps } from './submit.ts';
import { batchIdsOfKey, taskIdsOfBatch, type TaskIds } from './task-id.ts';

/** `created` is false if the batch was created earlier with the same Idempotency-Key. */
export type SubmitBatch = (
  specs: readonly TaskSpec[],
  context: SubmitContext,
) => Promise<SubmittedBatch & { readonly created: boolean }>;

export interface SubmitBatchDeps extends SubmitDeps {
  readonly readBatch: ReadBatch;
}

/** The use case of POST /tasks/batch: all tasks or none, and at most one batch per Idempotency-Key. */
export function createSubmitBatch(deps: SubmitBatchDeps): SubmitBatch {
  const { queues, depth, readBatch, metrics, config } = deps;

  return async function submitBatch(specs, context) {
    const { idempotencyKey: key, principal } = context;
    const isKeyed = key !== undefined;
    const ids = isKeyed ? batchIdsOfKey(key, principal?.name ?? '', config) : { id: randomUUID() };
    const digest = hash('sha256', JSON.stringify(specs), 'base64url');
    const batch: Batch = { id: ids.id, total: specs.length, digest };
    try {
      // A second attempt is needed if another submission was faster, a third if its tasks have just expired.
      for (let attempt = 0; attempt < 3; attempt++) {
        const stored = isKeyed ? await find(ids) : undefined;
        if (stored) return await replay(stored, digest);
        if (await add(ids, specs, { ...context, batch })) {
          metrics.tasksSubmitted(specs.length);
          return { ...answer(batch), created: true };
        }
      }
      throw new Error('Expected tasks under the ids of the batch, received other jobs');
    } catch (error) {
      if (!isRedisUnavailable(error)) throw error;
      throw new HttpError('redis_unavailable', {
        detail: `Redis did not confirm the tasks, which may have been accepted under batch_id. ${retryHint(key)}`,
        retryAfter: 1,
        extensions: { batch_id: ids.id },
      });
    }
  };

  /** The batch, as any of its tasks describes it. */
  async function find({ id, otherId }: TaskIds): Promise<Batch | undefined> {
    const some = async (batchId: string) => (await readBatch(batchId)).find((task) => task !== undefined);
    const task = (await some(id)) ?? (otherId === undefined ? undefined : await some(otherId));
    if (task) linkTo(task.stored.traceparent);
    return task?.stored.batch;
  }

  async function replay(batch: Batch, digest: string) {
    if (batch.digest !== digest) {
      throw new HttpError('idempotency_conflict', {
        detail: 'Expected the body of the batch with this Idempotency-Key, received a different one',
        extensions: { batch_id: batch.id },
      });
    }
    // The first submission may have been answered 503 because the replicas did not have it.
    if (config.REDIS_WAIT_REPLICAS > 0) await queues.replicated();
    return { ...answer(batch), created: false };
  }

  /** @returns whether the tasks were added; false if another submission with the same Idempotency-Key was faster */
  async function add({ id, otherId }: TaskIds, tasks: readonly TaskSpec[], context: SubmitContext) {
    const ids = taskIdsOfBatch(id, tasks.length);
    await reserve(deps, { tasks, ids, principal: context.principal?.name });
    const data = new Map(ids.map((each, i) => [each, dataOf(tasks[i] as TaskSpec, randomUUID(), context)]));
    const others = otherId === undefined ? [] : taskIdsOfBatch(otherId, tasks.length);
    // New ids need no check.
    const unless = context.idempotencyKey === undefined ? [] : [...ids, ...others];
    return queues.addBatch(data, unless, depth.limits.keep);
  }
}

function answer({ id, total }: Batch): SubmittedBatch {
  return { batch_id: id, total, request_ids: taskIdsOfBatch(id, total) };
}
