import { status, type handleUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { Logger } from '@primes/service-kit';
import { demandOf } from '../demand.ts';
import type { GatewayMetrics, ScalerResult } from '../metrics.ts';
import type { QueueSample } from '../samples/queue-sample.ts';
import type { Sampler } from '../samples/sampler.ts';
import type { ActivityStreams } from './activity-streams.ts';
import { RpcError } from './rpc-error.ts';
import { triggerOf } from './trigger.ts';
import type {
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from './wire.ts';

export const METRIC_NAME = 'primes_demand_and_in_flight';

export interface HandlerDeps {
  readonly queue: Sampler<QueueSample>;
  readonly streams: ActivityStreams;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/**
 * The four calls of an external scaler, answered from memory. A stale sample is an error and never 0: KEDA
 * takes a number for the truth and would scale to zero, but changes nothing when it gets an error.
 */
export function scalerHandlers({ queue, streams, metrics, log }: HandlerDeps) {
  /** The one number that both IsActive and GetMetrics answer from, so that they cannot disagree. */
  function metric(): number {
    if (streams.settling) throw new RpcError(status.UNAVAILABLE, 'KEDA has just connected');
    const sample = queue.fresh();
    if (!sample) throw new RpcError(status.UNAVAILABLE, 'The last sample of the queue is too old');
    return demandOf(sample.value).metric;
  }

  function isActive(ref: ScaledObjectRef): IsActiveResponse {
    triggerOf(ref);
    return { result: metric() > 0 };
  }

  function getMetricSpec(ref: ScaledObjectRef): GetMetricSpecResponse {
    const { target } = triggerOf(ref);
    const targetSize = Math.max(Math.round(target), 1);
    return { metricSpecs: [{ metricName: METRIC_NAME, targetSize, targetSizeFloat: target }] };
  }

  /** There is one metric, so the name that is asked for makes no difference. */
  function getMetrics({ scaledObjectRef }: GetMetricsRequest): GetMetricsResponse {
    triggerOf(scaledObjectRef);
    const value = metric();
    return { metricValues: [{ metricName: METRIC_NAME, metricValue: value, metricValueFloat: value }] };
  }

  /** Stays open, and silent, while the sample is stale: what it says is only ever known to be true. */
  function streamIsActive(call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>): void {
    try {
      streams.open(call, triggerOf(call.request).settleSeconds);
      metrics.scalerAnswered('StreamIsActive', 'ok');
    } catch (error) {
      call.emit('error', refuse('StreamIsActive', error));
    }
  }

  function unary<Q, A>(rpc: string, answer: (request: Q) => A): handleUnaryCall<Q, A> {
    return (call, callback) => {
      try {
        const value = answer(call.request);
        metrics.scalerAnswered(rpc, 'ok');
        callback(null, value);
      } catch (error) {
        callback(refuse(rpc, error));
      }
    };
  }

  function refuse(rpc: string, error: unknown): RpcError {
    if (!(error instanceof RpcError)) log.error({ err: error, rpc }, 'a call of the scaler failed');
    const known = error instanceof RpcError ? error : new RpcError(status.INTERNAL, 'An unexpected error');
    if (known.code === status.INVALID_ARGUMENT)
      log.warn({ rpc, reason: known.message }, 'a trigger is wrong');
    metrics.scalerAnswered(rpc, resultOf(known));
    return known;
  }

  return {
    IsActive: unary('IsActive', isActive),
    GetMetricSpec: unary('GetMetricSpec', getMetricSpec),
    GetMetrics: unary('GetMetrics', getMetrics),
    StreamIsActive: streamIsActive,
  };
}

function resultOf({ code }: RpcError): ScalerResult {
  if (code === status.UNAVAILABLE) return 'unavailable';
  return code === status.INVALID_ARGUMENT ? 'invalid' : 'error';
}
