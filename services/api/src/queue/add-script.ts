import type { RedisClient } from '@primes/contracts';
import type { IRedisTransaction, Job, Queue } from 'bullmq';

/** A job and the queue to add it to. */
export interface Addition {
  readonly queue: Queue;
  readonly job: Job;
  /** For a parent that waits for its children. Default: false. */
  readonly waitsForChildren?: boolean;
}

export interface AddOptions {
  /** Another id of the last job, in the same queue: if there is a job with this id, it counts as the last job. */
  readonly otherId?: string | undefined;
  /** Milliseconds since the epoch: a job that ended before this time is replaced. */
  readonly expiredBefore: number;
}

/** One of BullMQ's scripts with its arguments. */
interface Step {
  readonly command: string;
  readonly lua: string;
  readonly keys: readonly (string | Buffer)[];
  readonly values: readonly (string | Buffer)[];
}

interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/**
 * Adds jobs, a parent before its child, with one script composed of BullMQ's own. Redis runs all of it or nothing, and
 * nothing if the last job exists and has not expired, so the command is idempotent. The exception is a user who may run
 * the script but not all of its commands: Redis stops in the middle and rolls nothing back.
 *
 * BullMQ's FlowProducer sends a transaction instead. Redis executes it partially if one of the scripts is unknown (after
 * SCRIPT FLUSH or a failover), which is not detected for a child; and a transaction that arrives after its own retry
 * leaves a parent that waits forever.
 *
 * @returns whether the jobs were added
 */
export async function addUnlessThere(
  redis: RedisClient,
  additions: readonly Addition[],
  { expiredBefore, otherId }: AddOptions,
): Promise<boolean> {
  const last = additions.at(-1);
  if (!last) return false;
  const { queue, job } = last;
  const steps = await Promise.all(additions.map((addition) => stepOf(redis, addition)));
  const keys = [
    ...additions.map((addition) => addition.queue.toKey(addition.job.id ?? '')),
    ...[queue.toKey('completed'), queue.toKey('failed'), queue.toKey(otherId ?? job.id ?? '')],
    ...steps.flatMap((step) => step.keys),
  ];
  const values = [job.id, expiredBefore, ...steps.flatMap((step) => step.values)];
  const stored = await run(redis, steps, [keys.length, ...keys, ...values]);
  if (stored !== 0 && stored !== additions.length) {
    throw new Error(`Expected ${additions.length} jobs after adding them, received ${stored}`);
  }
  return stored !== 0;
}

/** The script and arguments with which BullMQ adds the job. */
async function stepOf(redis: RedisClient, { queue, job, waitsForChildren = false }: Addition): Promise<Step> {
  // BullMQ registers its scripts on the first connection.
  await queue.waitUntilReady();
  let step: Step | undefined;
  const recorder: Pick<IRedisTransaction, 'runCommand'> = {
    runCommand(command: string, args: Step['keys']) {
      const { lua, numberOfKeys } = (redis.scriptsSet as Record<string, Script>)[command] ?? missing(command);
      step = { command, lua, keys: args.slice(0, numberOfKeys), values: args.slice(numberOfKeys) };
      return this as IRedisTransaction;
    },
  };
  await queue.backend.addJobToTransaction(recorder as IRedisTransaction, job.asJSON(), job.id ?? '', {
    addToWaitingChildren: waitsForChildren,
    ...(job.parentKey !== undefined && {
      parentKey: job.parentKey,
      parentDependenciesKey: `${job.parentKey}:dependencies`,
    }),
  });
  return step ?? missing('addJob');
}

function missing(command: string): never {
  throw new Error(`BullMQ has no script ${command}`);
}

async function run(redis: RedisClient, steps: readonly Step[], args: readonly unknown[]): Promise<number> {
  const name = `addUnlessThere:${steps.map(({ command }) => command).join('+')}`;
  const commands = redis as unknown as Record<string, (...args: readonly unknown[]) => Promise<number>>;
  if (!(name in redis)) redis.defineCommand(name, { lua: compose(steps) });
  return commands[name]?.(...args) ?? missing(name);
}

/**
 * KEYS: the jobs, the sets of ended jobs, the last job under its other id, the keys of each script.
 * ARGV: the id of the last job, the time before which it must have ended to be replaced, the arguments of each script.
 *
 * DEL runs only if there is something to delete: after a script's first write, even one without an effect, Redis no longer
 * rejects its commands when the memory is full.
 */
function compose(steps: readonly Step[]): string {
  const jobs = steps.length;
  let [key, value] = [jobs + 4, 3];
  const calls = steps.map(({ lua, keys, values }) => {
    const ranges = `{unpack(KEYS, ${key}, ${key + keys.length - 1})}, {unpack(ARGV, ${value}, ${value + values.length - 1})}`;
    [key, value] = [key + keys.length, value + values.length];
    return `run(function(KEYS, ARGV)\n${lua}\nend, ${ranges})`;
  });
  return `
local function run(script, keys, values) return script(keys, values) end
local last = KEYS[${jobs}]
for _, key in ipairs({KEYS[${jobs + 3}], last}) do
  local endedOn = redis.call('HGET', key, 'finishedOn')
  if redis.call('EXISTS', key) == 1 and (not endedOn or tonumber(endedOn) >= tonumber(ARGV[2])) then return 0 end
end
if redis.call('EXISTS', last) == 1 then
  redis.call('DEL', last)
  redis.call('ZREM', KEYS[${jobs + 1}], ARGV[1])
  redis.call('ZREM', KEYS[${jobs + 2}], ARGV[1])
end
${calls.join('\n')}
return redis.call('EXISTS', unpack(KEYS, 1, ${jobs}))`;
}
