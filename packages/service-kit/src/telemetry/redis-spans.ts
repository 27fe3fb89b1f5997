import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { Command, RedisOptions } from 'ioredis';
import { fail, startChildSpan } from './spans.ts';

/** The attributes of all spans of a connection: server (or the name of the primary) and database. */
export function redisAttributes({
  sentinels,
  name = '',
  host = '',
  port = 6379,
  db = 0,
}: RedisOptions): Attributes {
  return {
    'db.system.name': 'redis',
    'db.namespace': String(db),
    ...(sentinels ? { 'server.address': name } : { 'server.address': host, 'server.port': port }),
  };
}

/** Records a span for a command, from the call to the reply. */
export function traceCommand(command: Command, connection: Attributes): void {
  const operation = command.name.toUpperCase();
  const span = startChildSpan('command', operation, { kind: SpanKind.CLIENT, attributes: connection });
  if (!span) return;
  span.setAttribute('db.operation.name', operation);
  command.promise.then(
    () => {
      span.end();
    },
    (error: unknown) => {
      // The error prefix of Redis, such as WRONGTYPE.
      const code = /^[A-Z]+\b/.exec(error instanceof Error ? error.message : '')?.[0];
      if (code !== undefined) span.setAttribute('db.response.status_code', code);
      fail(span, error);
      span.end();
    },
  );
}
