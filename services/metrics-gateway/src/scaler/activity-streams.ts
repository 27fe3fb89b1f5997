import type { ServerWritableStream } from '@grpc/grpc-js';
import { demandOf } from '../demand.ts';
import type { QueueSample } from '../samples/queue-sample.ts';
import type { Sampler } from '../samples/sampler.ts';
import type { IsActiveResponse, ScaledObjectRef } from './wire.ts';

/** Milliseconds. KEDA drops a `true` that comes before it knows the metric's name, so it is said again. */
const REPEAT_MS = 2_000;

type Call = ServerWritableStream<ScaledObjectRef, IsActiveResponse>;

/**
 * The open streams of StreamIsActive. Each hears the state when it opens and when it changes, and `true`
 * again and again while it holds. A stale sample says nothing: the streams outlive an outage of Redis.
 */
export class ActivityStreams {
  readonly #queue: Sampler<QueueSample>;
  readonly #calls = new Map<Call, boolean | undefined>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #settledAt = 0;

  constructor(queue: Sampler<QueueSample>) {
    this.#queue = queue;
    this.#stopListening = queue.onSample(() => {
      for (const call of this.#calls.keys()) this.#sayChange(call);
    });
    this.#timer = setInterval(() => {
      if (this.#active() !== true) return;
      for (const call of this.#calls.keys()) this.#say(call, true);
    }, REPEAT_MS);
  }

  /**
   * Whether a stream has opened a moment ago. KEDA asks for the metric's name and target when it makes its HPA, and
   * again only once a trigger has failed and come back. If this process could not be reached the first time and was
   * well at the next poll, that HPA would never have the metric, and every push would be dropped: seen after 3 of 3
   * installations with KEDA 2.20.2. So after each opening KEDA is shown a failure, for longer than two of its polls,
   * since the one that wakes a worker from zero is not taken for one.
   */
  get settling(): boolean {
    return Date.now() < this.#settledAt;
  }

  open(call: Call, settleSeconds: number): void {
    this.#settledAt = Date.now() + settleSeconds * 1_000;
    this.#calls.set(call, undefined);
    call.once('cancelled', () => {
      this.#calls.delete(call);
      call.end();
    });
    this.#sayChange(call);
  }

  /** Ends all streams in order: KEDA opens them again, elsewhere, without counting it as a failure. */
  close(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    for (const call of this.#calls.keys()) call.end();
    this.#calls.clear();
  }

  #sayChange(call: Call): void {
    const active = this.#active();
    if (active !== undefined && active !== this.#calls.get(call)) this.#say(call, active);
  }

  #say(call: Call, active: boolean): void {
    this.#calls.set(call, active);
    call.write({ result: active });
  }

  #active(): boolean | undefined {
    const sample = this.#queue.fresh();
    return sample && demandOf(sample.value).metric > 0;
  }
}
