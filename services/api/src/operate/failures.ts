import {
  COMPUTE_JOB,
  TaskErrorCodeSchema,
  decodeFailure,
  isCancellation,
  type RedisClient,
} from '@primes/contracts';
import { isTime, isWrongData, truncate } from '@primes/service-kit';
import * as z from 'zod';
import type { TaskQueues } from '../queue/task-queues.ts';

/** Failed and cancelled tasks that one call reads, the newest ones; and those that one round trip reads. */
const MAX_SCANNED = 5_000;
const PIECE = 500;

const FailureSchema = z.strictObject({
  code: TaskErrorCodeSchema,
  reason: z.string().meta({ description: 'With `…` for ids and numbers' }),
  count: z.int().min(1),
  first: z.iso.datetime().meta({ description: 'End of the first of these tasks' }),
  last: z.iso.datetime(),
  example: z.string().meta({ description: '`request_id` of the last one' }),
});

/** The response of GET /tasks/failures. */
export const FailuresSchema = z
  .strictObject({
    failures: z.array(FailureSchema).meta({ description: 'The most frequent first' }),
    scanned: z
      .int()
      .min(0)
      .meta({ description: 'Failed and cancelled tasks that were read, the newest first' }),
    truncated: z.boolean().meta({ description: 'There are more, which were not read' }),
  })
  .meta({ id: 'Failures' });
export type Failures = z.infer<typeof FailuresSchema>;

export interface FailuresDeps {
  readonly queues: TaskQueues;
  readonly redis: RedisClient;
}

type Failure = z.infer<typeof FailureSchema>;

interface FailedJob {
  readonly id: string;
  readonly failedReason: string;
  readonly finishedOn: number;
}

/**
 * Groups the newest failed tasks by code and reason.
 *
 * @param showsCrashes whether to show the error of a crash, which may contain file or host names, as it was thrown
 */
export async function groupFailures(deps: FailuresDeps, showsCrashes: boolean): Promise<Failures> {
  const { queues } = deps;
  const [ids, total] = await Promise.all([
    queues.tasks.getRanges(['failed'], 0, MAX_SCANNED - 1, false),
    queues.tasks.getFailedCount(),
  ]);
  const groups = new Map<string, Failure>();
  for (let i = 0; i < ids.length; i += PIECE) {
    for (const job of await readFailed(deps, ids.slice(i, i + PIECE))) {
      if (!isCancellation(job.failedReason) && !queues.hasExpired(job)) addTo(groups, job, showsCrashes);
    }
  }
  const failures = [...groups.values()].sort((a, b) => b.count - a.count);
  return { failures, scanned: ids.length, truncated: total > ids.length };
}

/** Newest first, so the first job of a group is the last failure. */
function addTo(groups: Map<string, Failure>, job: FailedJob, showsCrashes: boolean): void {
  const { code, message } = decodeFailure(job.failedReason);
  const reason = withoutIds(code === 'crashed' && showsCrashes ? job.failedReason : message);
  const time = new Date(job.finishedOn).toISOString();
  const group = groups.get(`${code} ${reason}`);
  if (group) Object.assign(group, { count: group.count + 1, first: time });
  else groups.set(`${code} ${reason}`, { code, reason, count: 1, first: time, last: time, example: job.id });
}

/** The first line, with the same text for failures that differ only in ids, addresses of memory or numbers. */
function withoutIds(reason: string): string {
  const line = truncate(reason.split('\n', 1)[0] ?? '');
  return line.replace(/\b0x[\da-f]+\b|\b(?=[\da-f-]*\d)[\da-f][\da-f-]*\b/gi, '…');
}

/** The failed tasks among the jobs; not recomputations for readers, and not what was just removed or retried. */
async function readFailed({ queues, redis }: FailuresDeps, ids: readonly string[]): Promise<FailedJob[]> {
  const read = await Promise.all(
    ids.map(async (id) => {
      const key = queues.tasks.toKey(id);
      const fields = redis.hmget(key, 'name', 'failedReason', 'finishedOn');
      const [name, failedReason, finishedOn] = await fields.catch((error: unknown) => {
        // A damaged record is no task (see `readJob`).
        if (isWrongData(error)) return [];
        throw error;
      });
      return { id, name, failedReason, finishedOn: Number(finishedOn) };
    }),
  );
  return read.flatMap(({ id, name, failedReason, finishedOn }) =>
    name === COMPUTE_JOB && typeof failedReason === 'string' && isTime(finishedOn) && finishedOn > 0
      ? [{ id, failedReason, finishedOn }]
      : [],
  );
}
