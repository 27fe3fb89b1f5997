import {
  ROOT_CONTEXT,
  SpanStatusCode,
  context,
  createContextKey,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
} from '@opentelemetry/api';
import { spanContextIn } from './trace-context.ts';

const tracer = trace.getTracer('primes');

/**
 * How many spans one request or task may have beneath its own, of each sort: a task of a billion primes has 5,800
 * segments, and 30,000 commands. What is over is counted.
 */
const MOST = { step: 256, command: 128 } as const;
type Sort = keyof typeof MOST;

interface Budget {
  readonly used: Record<Sort, number>;
  unseen: number;
}

const BUDGET = createContextKey('spans that may still be made');

type Options = Pick<SpanOptions, 'kind' | 'attributes' | 'links'>;

/** What comes into this process: a request, or a message from a queue. */
export interface Incoming {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** The span that this one goes on from; none begins a trace. */
  readonly parent?: SpanContext | undefined;
  /** A span of another trace that led to this one. */
  readonly link?: SpanContext | undefined;
}

/** The span of what came in, to be ended with `end`, and above all that is done about it in `run`. */
export class Entry {
  readonly span: Span;
  readonly #budget: Budget = { used: { step: 0, command: 0 }, unseen: 0 };

  constructor({ name, kind, attributes, parent, link }: Incoming) {
    const links = link ? [{ context: link }] : [];
    const above = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    this.span = start(name, { kind, attributes, links }, above);
  }

  /** Does `work` beneath the span; where that is not recorded, nothing beneath it would be either, so it costs nothing. */
  run<T>(work: () => T): T {
    if (!this.span.isRecording()) return work();
    return context.with(trace.setSpan(ROOT_CONTEXT, this.span).setValue(BUDGET, this.#budget), work);
  }

  end(): void {
    if (this.#budget.unseen > 0) this.span.setAttribute('primes.spans.unseen', this.#budget.unseen);
    this.span.end();
  }
}

/** A span beneath the active one, if that is recorded: where nothing is sampled, nothing is made. */
export function startSpanBelow(sort: Sort, name: string, options: Options): Span | undefined {
  const active = context.active();
  if (!trace.getSpan(active)?.isRecording()) return undefined;
  const budget = active.getValue(BUDGET) as Budget;
  if (budget.used[sort] >= MOST[sort]) {
    budget.unseen++;
    return undefined;
  }
  budget.used[sort]++;
  return start(name, options, active);
}

/**
 * What a span is started with, the SDK checks twice, for samplers to see: 3.7 µs a span instead of 2.6. None of those
 * that `OTEL_TRACES_SAMPLER` can name looks at attributes, so they are set when it is there.
 */
function start(name: string, { attributes = {}, ...options }: Options, above: Context): Span {
  return tracer.startSpan(name, options, above).setAttributes(attributes);
}

/** Does `work` in a span of its own beneath the active one, if that is recorded. */
export function withSpan<T>(name: string, options: Options, work: (span?: Span) => Promise<T>): Promise<T> {
  const span = startSpanBelow('step', name, options);
  return span ? runIn(span, work) : work();
}

async function runIn<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work, undefined, span);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Does `work` beneath no span, so that it is in no trace. */
export function untraced<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** Says on a span that what it stands for went wrong. */
export function fail(span: Span, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  failAs(span, name, message);
}

/** The same where there is no error, but a status or another word for what went wrong. */
export function failAs(span: Span, type: string, message = ''): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Names on the active span, if it is recorded, another one that has to do with it. */
export function linkTo(traceparent: string): void {
  const linked = spanContextIn(traceparent);
  if (linked) trace.getActiveSpan()?.addLink({ context: linked });
}
