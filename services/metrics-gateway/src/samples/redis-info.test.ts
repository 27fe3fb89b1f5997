import { describe, expect, it } from '@jest/globals';
import { parseRedisInfo } from './redis-info.ts';

const lines = [
  '# Server',
  'redis_version:7.0.15',
  'executable:/usr/bin/redis-server',
  'uptime_in_seconds:72',
  '# Memory',
  'used_memory:1051024',
  'used_memory_peak:1200000',
  'maxmemory:0',
  'connected_clients:3',
  'total_commands_processed:9',
  'instantaneous_ops_per_sec:1',
  '# Keyspace',
  'db0:keys=2,expires=1,avg_ttl=29000',
  'db1:keys=40,expires=0,avg_ttl=0',
];

describe('parseRedisInfo()', () => {
  it('parses the fields and sums the keys of all databases', () => {
    expect(parseRedisInfo(lines.join('\r\n'))).toEqual({
      redis_version: '7.0.15',
      uptime_in_seconds: 72,
      used_memory: 1_051_024,
      used_memory_peak: 1_200_000,
      maxmemory: 0,
      connected_clients: 3,
      total_commands_processed: 9,
      instantaneous_ops_per_sec: 1,
      keys: 42,
    });
  });

  it('counts no keys in an empty Redis', () => {
    expect(parseRedisInfo(lines.slice(0, -2).join('\r\n')).keys).toBe(0);
  });

  it('throws if a field is missing, instead of returning 0', () => {
    expect(() =>
      parseRedisInfo(lines.filter((line) => !line.startsWith('used_memory:')).join('\r\n')),
    ).toThrow('used_memory');
  });
});
