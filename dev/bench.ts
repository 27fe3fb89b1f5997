import { requireRedisServer } from './redis/binary.ts';

// The benchmark's own Redis is started by name, wherever that program stands.
process.env['REDIS_SERVER'] = await requireRedisServer();
await import('../bench/main.ts');
