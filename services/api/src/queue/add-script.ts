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
  /**
   * Jobs in the queue of the last addition: if one of these waits, runs, or has ended and not expired, nothing is added. One
   * in no list, because Redis has stopped a script that was moving it, is replaced.
   */
  readonly unless?: readonly string[];
  /** Milliseconds since the epoch: a job that ended before this time has expired, and is replaced. */
  readonly expiredBefore?: number;
  /**
   * Ended jobs to replace, and their ends: if one of them does not exist or has another end, nothing is added. Not by the order
   * of two ends, because they may be of different clocks.
   */
  readonly replacing?: ReadonlyMap<string, number>;
  /** Tasks by outcome that are no longer to be counted as ended, because they are added again. */
  readonly uncount?: Readonly<Partial<Record<'failed' | 'cancelled', number>>>;
}

/** One of BullMQ's scripts with its arguments. */
interface Step {
  readonly command: string;
  readonly lua: string;
  readonly keys: readonly (string | Buffer)[];
  readonly values: readonly (string | Buffer)[];
}

/** Each of BullMQ's scripts that add a job has this number of values: its arguments, the data and the options. */
const VALUES = 3;

interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/**
 * Adds jobs, each parent before its child, with one script composed of BullMQ's own. It adds all of them or nothing, and
 * nothing if there is a job that the options name, so the command is idempotent. If one of its commands fails, for example
 * because a key has another type, it removes what it has added: Redis itself rolls nothing back.
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
  { unless = [], expiredBefore = 0, replacing = new Map(), uncount = {} }: AddOptions,
): Promise<boolean> {
  const queues = new Set(additions.map(({ queue }) => queue));
  // BullMQ registers its scripts on the first connection.
  await Promise.all([...queues].map((queue) => queue.waitUntilReady()));
  const steps = await Promise.all(additions.map((addition) => stepOf(redis, addition)));
  // The same script always has the same keys, because each kind of job has its own queue.
  const scripts = new Map(steps.map((step) => [step.command, step]));
  const numbers = new Map([...scripts.keys()].map((command, i) => [command, i + 1]));
  const queue = additions.at(-1)?.queue ?? missing('addJob');
  const keys = [
    ...['completed', 'failed', 'metrics:failed', 'metrics:cancelled'].map((name) => queue.toKey(name)),
    ...[...scripts.values()].flatMap((script) => script.keys),
  ];
  const { failed = 0, cancelled = 0 } = uncount;
  const values: (string | number | Buffer)[] = [queue.toKey(''), expiredBefore, failed, cancelled];
  values.push(unless.length + replacing.size);
  for (const id of unless) values.push(id, '');
  for (const [id, endedOn] of replacing) values.push(id, endedOn);
  for (const step of steps) values.push(numbers.get(step.command) ?? 0, ...step.values);
  const added = await run(redis, [...scripts.values()], [keys.length, ...keys, ...values]);
  if (added !== 0 && added !== additions.length) {
    throw new Error(`Expected ${additions.length} added jobs, received ${added}`);
  }
  return added !== 0;
}

/** The script and arguments with which BullMQ adds the job. */
async function stepOf(redis: RedisClient, { queue, job, waitsForChildren = false }: Addition): Promise<Step> {
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

async function run(redis: RedisClient, scripts: readonly Step[], args: readonly unknown[]): Promise<number> {
  const name = `addUnlessThere:${scripts.map(({ command }) => command).join('+')}`;
  const commands = redis as unknown as Record<string, (...args: readonly unknown[]) => Promise<number>>;
  if (!(name in redis)) redis.defineCommand(name, { lua: compose(scripts) });
  return commands[name]?.(...args) ?? missing(name);
}

/**
 * KEYS: the sets of ended jobs, the counters of failed and of cancelled jobs, the keys of each script.
 * ARGV: prefix of the keys of jobs, the time before which a job must have ended to be replaced, by how much to lower each
 * counter, the number of the ids that follow, these ids, each with the end that its job must have or an empty text; and for each
 * job to add the number of its script and the values.
 *
 * Expired jobs are deleted last of all checks: after a script's first write, even one without an effect, Redis no longer
 * rejects its commands when the memory is full.
 */
function compose(scripts: readonly Step[]): string {
  let key = 5;
  const functions = scripts.map(({ lua, keys }) => {
    const range = `{unpack(KEYS, ${key}, ${key + keys.length - 1})}`;
    key += keys.length;
    return `{function(KEYS, ARGV)\n${lua}\nend, ${range}}`;
  });
  return `
local scripts = {${functions.join(',\n')}}
local first = 6 + 2 * tonumber(ARGV[5])
local function isInList(id)
  for _, name in ipairs({'prioritized', 'delayed'}) do
    if redis.call('ZSCORE', ARGV[1] .. name, id) then return true end
  end
  for _, name in ipairs({'active', 'wait', 'paused'}) do
    if redis.call('LPOS', ARGV[1] .. name, id) then return true end
  end
end
local function discard(prefix, id)
  redis.pcall('LREM', prefix .. 'wait', 1, id)
  for _, name in ipairs({'prioritized', 'delayed', 'waiting-children'}) do
    redis.pcall('ZREM', prefix .. name, id)
  end
  redis.pcall('DEL', prefix .. id, prefix .. id .. ':dependencies')
end
local replaced = {}
for i = 6, first - 1, 2 do
  local id, replacedEnd = ARGV[i], ARGV[i + 1]
  local key = ARGV[1] .. id
  local exists = redis.call('EXISTS', key) == 1
  local endedOn = exists and redis.call('HGET', key, 'finishedOn')
  if replacedEnd ~= '' then
    if endedOn ~= replacedEnd then return 0 end
  elseif endedOn and tonumber(endedOn) >= tonumber(ARGV[2]) or exists and not endedOn and isInList(id) then
    return 0
  end
  if exists then
    local scores = {redis.call('ZSCORE', KEYS[1], id), redis.call('ZSCORE', KEYS[2], id)}
    local parent = redis.call('HGET', key, 'parent')
    replaced[#replaced + 1] =
      {id = id, key = key, fields = redis.call('HGETALL', key), scores = scores, parent = parent}
  end
end
local function add()
  for _, job in ipairs(replaced) do
    redis.call('DEL', job.key)
    redis.call('ZREM', KEYS[1], job.id)
    redis.call('ZREM', KEYS[2], job.id)
    local parent = job.parent and cjson.decode(job.parent)
    if parent and redis.call('ZSCORE', parent.queueKey .. ':waiting-children', parent.id) then
      discard(parent.queueKey .. ':', parent.id)
    end
  end
  local added = 0
  for i = first, #ARGV, ${VALUES + 1} do
    local script, keys = unpack(scripts[tonumber(ARGV[i])])
    -- The id of the job; an error is a number.
    if type(script(keys, {unpack(ARGV, i + 1, i + ${VALUES})})) == 'string' then added = added + 1 end
  end
  for i = 3, 4 do
    if ARGV[i] ~= '0' then redis.call('HINCRBY', KEYS[i], 'count', -ARGV[i]) end
  end
  return added
end
local ok, result = pcall(add)
if ok then return result end
for i = first, #ARGV, ${VALUES + 1} do
  discard(unpack(cmsgpack.unpack(ARGV[i + 1]), 1, 2))
end
for _, job in ipairs(replaced) do
  redis.pcall('HSET', job.key, unpack(job.fields))
  for i = 1, 2 do
    if job.scores[i] then redis.pcall('ZADD', KEYS[i], job.scores[i], job.id) end
  end
end
-- Redis keeps the code of an error that is a table. Before Redis 7, the error starts with the line of the script.
if type(result) == 'string' and not string.find(result, '^@') then result = {err = result} end
error(result, 0)`;
}
