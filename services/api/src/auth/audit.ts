import type { RedisClient } from '@primes/contracts';
import { readJson, type Logger } from '@primes/service-kit';
import * as z from 'zod';
import type {} from 'zod-openapi';

/** Records that the stream keeps, about 3 MB; the log has all. */
const KEPT = 10_000;

export const AuditRecordSchema = z
  .strictObject({
    time: z.iso.datetime(),
    principal: z.string(),
    method: z.string(),
    path: z.string(),
    changed: z.int().min(0).meta({ description: 'Number of changed objects' }),
    status: z
      .int()
      .nullable()
      .meta({ description: 'Status of the response; null if the client disconnected before it' }),
    request_id: z.string(),
  })
  .meta({ id: 'AuditRecord' });
export type AuditRecord = z.infer<typeof AuditRecordSchema>;
/** A newer version may store more fields. */
const StoredRecordSchema = AuditRecordSchema.strip();

/** A page of GET /audit. */
export const AuditPageSchema = z
  .strictObject({
    records: z.array(AuditRecordSchema),
    next_cursor: z.string().nullable().meta({ description: 'null on the last page' }),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPageSchema>;

/** Who changed what: a log line for each change, and the last ones in a Redis stream. */
export class Audit {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #log: Logger;

  constructor(redis: RedisClient, queuePrefix: string, log: Logger) {
    this.#redis = redis;
    this.#key = `${queuePrefix}:audit`;
    this.#log = log;
  }

  async record(record: AuditRecord): Promise<void> {
    // The line has a time of its own.
    this.#log.info({ ...record, time: undefined }, 'state changed');
    try {
      await this.#redis.xadd(this.#key, 'MAXLEN', '~', KEPT, '*', 'record', JSON.stringify(record));
    } catch (error) {
      this.#log.warn({ err: error, request_id: record.request_id }, 'audit record not stored');
    }
  }

  /** @param cursor that of the previous page; undefined for the first one */
  async page(cursor: string | undefined, limit: number): Promise<AuditPage> {
    const newest = cursor === undefined ? '+' : `(${cursor}`;
    const entries = await this.#redis.xrevrange(this.#key, newest, '-', 'COUNT', limit + 1);
    const shown = entries.slice(0, limit);
    return {
      records: shown.flatMap(([, fields]) => readJson(StoredRecordSchema, fields[1]) ?? []),
      next_cursor: entries.length > limit ? (shown.at(-1)?.[0] ?? null) : null,
    };
  }
}
