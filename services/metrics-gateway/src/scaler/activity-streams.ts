import type { ServerWritableStream } from '@grpc/grpc-js';
import { demandOf } from '../demand.ts';
import type { QueueSample } from '../samples/queue-sample.ts';
import type { Sampler } from '../samples/sampler.ts';
import { OpenStreams } from './open-streams.ts';
import { objectOf } from './trigger.ts';
import type { IsActiveResponse, ScaledObjectRef } from './wire.ts';

/** Milliseconds between two repetitions of `true`: KEDA ignores it before it knows the name of the metric. */
const REPEAT_MS = 2_000;

interface State {
  readonly object: string;
  /** By the monotonic clock: the wall clock may be set back. */
  readonly settledAt: number;
  /** The last state that was sent. */
  sent: boolean | undefined;
}

/**
 * The open streams of StreamIsActive. Each receives the state at the start and after a change, and `true` repeatedly.
 * While the sample is stale, nothing is sent: the streams survive an outage of Redis.
 */
export class ActivityStreams {
  readonly #queue: Sampler<QueueSample>;
  readonly #streams = new OpenStreams<IsActiveResponse, State>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(queue: Sampler<QueueSample>) {
    this.#queue = queue;
    this.#stopListening = queue.onSample(() => {
      this.#send(({ sent }, active) => sent !== active);
    });
    this.#timer = setInterval(() => {
      this.#send((_, active) => active);
    }, REPEAT_MS);
  }

  /**
   * Whether a stream of this ScaledObject has just started. KEDA requests the name and target of the metric when it
   * creates its HPA, and again only after a trigger has failed and recovered. If this process was unreachable the first
   * time and healthy at the next poll, the HPA would never get the metric, and KEDA would ignore every push: seen in 3 of
   * 3 installations with KEDA 2.20.2. So the scaler fails after each start of a stream, for longer than two polls, because
   * the poll that activates a worker from zero does not count.
   */
  settling(ref: ScaledObjectRef | null): boolean {
    const object = objectOf(ref);
    const now = performance.now();
    return this.#streams.states().some((state) => state.object === object && now < state.settledAt);
  }

  /** @throws {RpcError} RESOURCE_EXHAUSTED if there are too many */
  open(call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>, settleSeconds: number): void {
    const settledAt = performance.now() + settleSeconds * 1_000;
    this.#streams.add(call, { object: objectOf(call.request), settledAt, sent: undefined });
    this.#send(({ sent }, active) => sent !== active);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    this.#streams.close();
  }

  /** Sends the state, if the sample is fresh, to the streams for which `wants` is true. */
  #send(wants: (state: State, active: boolean) => boolean): void {
    const sample = this.#queue.fresh();
    if (!sample) return;
    const active = demandOf(sample.value).metric > 0;
    for (const [call, state] of this.#streams.reading()) {
      if (!wants(state, active)) continue;
      state.sent = active;
      call.write({ result: active });
    }
  }
}
