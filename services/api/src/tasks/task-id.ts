import { createHmac, hash } from 'node:crypto';
import type { ApiConfig } from '../config.ts';

/** The id of a task; during a rotation of the secret also the one under which its key may have been used. */
export interface TaskIds {
  readonly id: string;
  readonly otherId?: string | undefined;
}

/** The ids of an Idempotency-Key of a principal; its name is empty if authentication is off. */
export function taskIdsOfKey(
  key: string,
  principal: string,
  config: Pick<ApiConfig, 'IDEMPOTENCY_SECRET' | 'IDEMPOTENCY_SECRET_OTHER'>,
): TaskIds {
  const { IDEMPOTENCY_SECRET: secret, IDEMPOTENCY_SECRET_OTHER: other } = config;
  return {
    id: taskIdOfKey(key, { principal, secret }),
    otherId: other && taskIdOfKey(key, { principal, secret: other }),
  };
}

/** The same for a batch. */
export function batchIdsOfKey(
  key: string,
  principal: string,
  config: Parameters<typeof taskIdsOfKey>[2],
): TaskIds {
  // No key contains NUL.
  return taskIdsOfKey(`${key}\0batch`, principal, config);
}

/** The ids of the first `total` tasks of a batch, derived from its id: no record of them is needed. */
export function taskIdsOfBatch(batchId: string, total: number): string[] {
  return Array.from({ length: total }, (_, index) =>
    uuidOf(hash('sha256', `${batchId}/${index}`, 'buffer').subarray(0, 16)),
  );
}

/**
 * The task id of an Idempotency-Key, from HMAC-SHA256(secret, principal NUL key). So every instance finds the same task
 * without a record of keys, and the id cannot be guessed from the key.
 */
function taskIdOfKey(key: string, { principal, secret }: { principal: string; secret: string }): string {
  return uuidOf(createHmac('sha256', secret).update(`${principal}\0${key}`).digest().subarray(0, 16));
}

/** A UUIDv8 (RFC 9562 §5.8). */
function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether `id` has the form of a task id; if not, Redis is not queried. */
export function isTaskId(id: string): boolean {
  return UUID.test(id);
}
