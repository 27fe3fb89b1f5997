import { SpanKind, type Attributes, type Span } from '@opentelemetry/api';
import { Entry, fail, untraced, withSpan } from './spans.ts';
import { spanContextIn, traceparentOf } from './trace-context.ts';
import { isTracing } from './tracing.ts';

/** A job, as OpenTelemetry's conventions for messaging see it. */
export interface Message {
  readonly queue: string;
  readonly id: string;
}

/**
 * Sends a message that carries `traceparent`; or, in a request that is recorded, that of a span for the sending.
 * The command of Redis that does it has none: it would say the same again, and cost a third of a traced submission.
 */
export function producing<T>(
  message: Message,
  traceparent: string,
  send: (traceparent: string) => Promise<T>,
): Promise<T> {
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf('send', message) };
  return withSpan(`send ${message.queue}`, options, (span) =>
    span ? untraced(() => send(traceparentOf(span.spanContext()))) : send(traceparent),
  );
}

export interface Received extends Message {
  /** That of the sending. */
  readonly traceparent: string;
  /**
   * Whether this is the first go at what one client asked for, and so a part of that client's trace. What is done
   * again, or for several, is a trace of its own with a link.
   */
  readonly first: boolean;
  readonly attributes?: Attributes;
  /** A word for an error that is no failure, such as a hand-over. */
  readonly outcomeOf: (error: unknown) => string | undefined;
}

/** Processes a message in a span of its own; it is described only where spans are made. */
export function consuming<T>(describe: () => Received, process: () => Promise<T>): Promise<T> {
  return isTracing() ? processIn(describe(), process) : process();
}

function enter({ traceparent, first, attributes, queue, id }: Received): Entry {
  const sending = spanContextIn(traceparent);
  return new Entry({
    name: `process ${queue}`,
    kind: SpanKind.CONSUMER,
    attributes: { ...attributesOf('process', { queue, id }), ...attributes },
    ...(first ? { parent: sending } : { link: sending }),
  });
}

async function processIn<T>(received: Received, process: () => Promise<T>): Promise<T> {
  const entry = enter(received);
  try {
    return await entry.run(process);
  } catch (error) {
    note(entry.span, error, received.outcomeOf(error));
    throw error;
  } finally {
    entry.end();
  }
}

function note(span: Span, error: unknown, outcome: string | undefined): void {
  if (outcome === undefined) fail(span, error);
  else span.setAttribute('primes.outcome', outcome);
}

function attributesOf(operation: 'send' | 'process', { queue, id }: Message): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
  };
}
