import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { Redis } from 'ioredis';
import { fail, startSpanBelow } from './spans.ts';

type Command = Parameters<Redis['sendCommand']>[0];

/** What all spans of a connection say: which Redis, and which of its databases. */
export function redisAttributes({ host = '', port = 6379, db = 0 }: Redis['options']): Attributes {
  return {
    'db.system.name': 'redis',
    'db.namespace': String(db),
    'server.address': host,
    'server.port': port,
  };
}

/** A span for a command, from when it was asked for until it is answered. */
export function traceCommand(command: Command, connection: Attributes): void {
  const operation = command.name.toUpperCase();
  const span = startSpanBelow('command', operation, { kind: SpanKind.CLIENT, attributes: connection });
  if (!span) return;
  span.setAttribute('db.operation.name', operation);
  command.promise.then(
    () => {
      span.end();
    },
    (error: unknown) => {
      // WRONGTYPE and the like: Redis' own word for what is wrong.
      const code = /^[A-Z]+\b/.exec(error instanceof Error ? error.message : '')?.[0];
      if (code !== undefined) span.setAttribute('db.response.status_code', code);
      fail(span, error);
      span.end();
    },
  );
}
