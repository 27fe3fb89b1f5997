import type { Replicated } from '../queue/replicated-queues.ts';
import type { Task } from '../tasks/task-view.ts';

/**
 * Deletes ended jobs, unless they have changed. Their counts since installation stay.
 *
 * KEYS: completed, failed. ARGV: prefix of the keys of jobs, then the id and `finishedOn` of each.
 */
const DISCARD = `
local discarded = 0
for i = 2, #ARGV, 2 do
  local id, job = ARGV[i], ARGV[1] .. ARGV[i]
  if redis.call('HGET', job, 'finishedOn') == ARGV[i + 1] then
    if redis.call('ZREM', KEYS[1], id) + redis.call('ZREM', KEYS[2], id) == 1 then
      discarded = discarded + redis.call('DEL', job)
    end
  end
end
return discarded`;

/**
 * Removes ended tasks as if they had expired. A webhook that has not been attempted yet then becomes a dead letter.
 *
 * @returns the number of them; those that have changed in the meantime do not count
 */
export async function discardTasks({ redis, queues }: Replicated, tasks: readonly Task[]): Promise<number> {
  const sets = ['completed', 'failed'].map((name) => queues.tasks.toKey(name));
  const jobPrefix = queues.tasks.toKey('');
  const ended = tasks.flatMap(({ job }) => [job.id ?? '', job.finishedOn ?? 0]);
  return Number(await redis.eval(DISCARD, 2, ...sets, jobPrefix, ...ended));
}
