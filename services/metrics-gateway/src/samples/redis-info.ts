import * as z from 'zod';

const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const InfoSchema = z.object({
  redis_version: z.string(),
  uptime_in_seconds: count,
  used_memory: count,
  used_memory_peak: count,
  maxmemory: count,
  connected_clients: count,
  total_commands_processed: count,
  instantaneous_ops_per_sec: z.coerce.number().min(0),
});

export type RedisInfo = z.infer<typeof InfoSchema> & {
  /** In all databases. */
  readonly keys: number;
};

/**
 * Parses the reply to INFO.
 *
 * @throws {z.ZodError} if a required line is missing
 */
export function parseRedisInfo(text: string): RedisInfo {
  const lines = text.matchAll(/^(\w+):(.*?)\r?$/gm);
  const info = Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value]));
  let keys = 0;
  for (const [, inDatabase] of text.matchAll(/^db\d+:keys=(\d+)/gm)) keys += Number(inDatabase);
  return { ...InfoSchema.parse(info), keys };
}
