import type { Redis } from 'ioredis';

/** The prefixes of the keys and channels that the processes use in one Redis. */
export interface Needs {
  readonly keys: readonly string[];
  readonly channels: readonly string[];
}

/** A sample of the commands that BullMQ's scripts, the job and the gateway use, on a key K. */
const KEY_COMMANDS = [
  ...[
    'get K',
    'mget K',
    'set K v',
    'del K',
    'unlink K',
    'exists K',
    'type K',
    'incr K',
    'incrby K 1',
    'rename K K',
  ],
  ...[
    'expire K 1',
    'pexpire K 1',
    'persist K',
    'pttl K',
    'hget K f',
    'hgetall K',
    'hset K f v',
    'hincrby K f 1',
    'hdel K f',
  ],
  ...['lpush K v', 'rpush K v', 'lrange K 0 0', 'lrem K 0 v', 'rpoplpush K K', 'llen K', 'bzpopmin K 1'],
  ...['zadd K 1 v', 'zrange K 0 0', 'zrem K v', 'zcard K', 'sadd K v', 'srem K v', 'smembers K'],
  ...['xadd K * f v', 'xread STREAMS K 0', 'xrevrange K + -', 'xtrim K MAXLEN 1'],
];
const CHANNEL_COMMANDS = ['publish C v', 'subscribe C'];
const OTHER_COMMANDS = [
  'ping',
  'info',
  'time',
  'eval return 0',
  'evalsha 0 0',
  'script EXISTS 0',
  'client SETNAME v',
];

/** A server can be configured without a command (`rename-command`). */
const UNKNOWN = 'ERR unknown command';

/**
 * The ACL rules that the user of a connection lacks, in the syntax of ACL SETUSER. Redis checks permissions when a
 * command is queued in a transaction, which is then discarded, so no command is executed.
 */
export async function missingPermissions(redis: Redis, { keys, channels }: Needs): Promise<string[]> {
  const probes = [
    ...keys.flatMap((prefix) =>
      KEY_COMMANDS.map((text) => ({ text, rule: `~${prefix}:*`, name: `${prefix}:any` })),
    ),
    ...channels.flatMap((prefix) =>
      CHANNEL_COMMANDS.map((text) => ({ text, rule: `&${prefix}:*`, name: `${prefix}:any` })),
    ),
    ...OTHER_COMMANDS.map((text) => ({ text, rule: '', name: '' })),
  ];
  // Without MULTI, the commands below would be executed.
  const transaction = await denial(redis.multi({ pipeline: false }));
  if (transaction !== undefined) return ['+multi'];
  const missing = await Promise.all(
    probes.map(async ({ text, rule, name }) => {
      const [command = '', ...args] = text
        .split(' ')
        .map((word) => (word === 'K' || word === 'C' ? name : word));
      const message = await denial(redis.call(command, ...args));
      if (message === undefined) return [];
      if (message.startsWith(UNKNOWN)) return [`+${command} (unknown to the server)`];
      return /\b(keys?|channels?)\b/.test(message) ? [rule] : [`+${command}`];
    }),
  );
  await redis.discard().catch(() => undefined);
  return [...new Set(missing.flat())];
}

/** The error of a reply, if the user may not run the command, or the server does not have it. */
async function denial(reply: Promise<unknown>): Promise<string | undefined> {
  try {
    await reply;
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return message.startsWith('NOPERM') || message.startsWith(UNKNOWN) ? message : undefined;
  }
}
