import type { RedisClient } from '@primes/contracts';
import type { Logger } from '@primes/service-kit';
import { z } from 'zod';
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
    this.#log.info(record, 'state changed');
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
      records: shown.map(([, fields]) => AuditRecordSchema.parse(JSON.parse(fields[1] ?? ''))),
      next_cursor: entries.length > limit ? (shown.at(-1)?.[0] ?? null) : null,
    };
  }
}
