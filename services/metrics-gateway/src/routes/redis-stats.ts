import type { RedisStats } from '@primes/contracts';
import type { Samplers } from '../samplers.ts';
import { fresh, sampleAge } from './fresh.ts';

/** Statistics of the queue's Redis. */
export function redisStats({ redis }: Samplers): RedisStats {
  const sample = fresh(redis);
  const info = sample.value;
  return {
    connected: true,
    version: info.redis_version,
    uptime_seconds: info.uptime_in_seconds,
    used_memory_bytes: info.used_memory,
    used_memory_peak_bytes: info.used_memory_peak,
    max_memory_bytes: info.maxmemory,
    connected_clients: info.connected_clients,
    commands_processed: info.total_commands_processed,
    commands_per_second: info.instantaneous_ops_per_sec,
    keys: info.keys,
    ...sampleAge(sample),
  };
}
