import { SpanKind, type Attributes, type Span } from '@opentelemetry/api';
import { Entry, fail, untraced, withSpan } from './spans.ts';
import { spanContextIn, traceparentOf } from './trace-context.ts';
import { isTracing } from './tracing.ts';
import { NAMESPACE } from '../namespace.ts';

/** A job, or a batch of jobs, in the terms of OpenTelemetry's messaging conventions. */
export interface Message {
  readonly queue: string;
  readonly id: string;
  /** Jobs of a batch. */
  readonly count?: number;
}

/**
 * Sends a message with `traceparent`, or, if the request is recorded, with that of a new producer span. The Redis
 * command has no span: it would repeat the same, at a third of the cost of a traced submission.
 */
export function withProducerSpan<T>(
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
  /** From the message. */
  readonly traceparent: string;
  /**
   * Whether this is the first attempt, which continues the client's trace. Other attempts, and work for several
   * clients, start a new trace with a link.
   */
  readonly first: boolean;
  readonly attributes?: Attributes;
  /** The outcome for an error that is no failure, such as a hand-over. */
  readonly outcomeOf: (error: unknown) => string | undefined;
}

/** Processes a message in a consumer span. `describe` is called only if tracing is on. */
export function withConsumerSpan<T>(describe: () => Received, process: () => Promise<T>): Promise<T> {
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
    recordOutcome(entry.span, error, received.outcomeOf(error));
    throw error;
  } finally {
    entry.end();
  }
}

function recordOutcome(span: Span, error: unknown, outcome: string | undefined): void {
  if (outcome === undefined) fail(span, error);
  else span.setAttribute(`${NAMESPACE}.outcome`, outcome);
}

function attributesOf(operation: 'send' | 'process', { queue, id, count }: Message): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': queue,
    ...(count === undefined ? { 'messaging.message.id': id } : { 'messaging.batch.message_count': count }),
  };
}
