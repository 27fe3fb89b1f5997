import { status, type handleUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { JobType } from '@primes/contracts';
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

export interface HandlerDeps {
  readonly type: Pick<JobType<object>, 'name'>;
  readonly queue: Sampler<QueueSample>;
  readonly streams: ActivityStreams;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/**
 * The four calls of an external scaler, served from memory. A stale sample is an error and never 0: KEDA would scale to
 * zero, but it changes nothing after an error.
 */
export function scalerHandlers({ type, queue, streams, metrics, log }: HandlerDeps) {
  const metricName = `${type.name.replaceAll('-', '_')}_demand_and_in_flight`;

  /** The value of both IsActive and GetMetrics, so that they are always consistent. */
  function metric(ref: ScaledObjectRef | null): number {
    if (streams.settling(ref)) throw new RpcError(status.UNAVAILABLE, 'Settling: KEDA has just connected');
    const sample = queue.fresh();
    if (!sample) throw new RpcError(status.UNAVAILABLE, 'The sample of the queue is stale');
    return demandOf(sample.value).metric;
  }

  function isActive(ref: ScaledObjectRef): IsActiveResponse {
    triggerOf(ref, type.name);
    return { result: metric(ref) > 0 };
  }

  function getMetricSpec(ref: ScaledObjectRef): GetMetricSpecResponse {
    const { target } = triggerOf(ref, type.name);
    const targetSize = Math.max(Math.round(target), 1);
    return { metricSpecs: [{ metricName, targetSize, targetSizeFloat: target }] };
  }

  /** There is only one metric, so the requested name does not matter. */
  function getMetrics({ scaledObjectRef }: GetMetricsRequest): GetMetricsResponse {
    triggerOf(scaledObjectRef, type.name);
    const value = metric(scaledObjectRef);
    return { metricValues: [{ metricName, metricValue: value, metricValueFloat: value }] };
  }

  /** Stays open but sends nothing while the sample is stale. */
  function streamIsActive(call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>): void {
    try {
      streams.open(call, triggerOf(call.request, type.name).settleSeconds);
      metrics.scalerAnswered('StreamIsActive', 'ok');
    } catch (error) {
      call.emit('error', toRpcError('StreamIsActive', error));
    }
  }

  function unary<Q, A>(rpc: string, respond: (request: Q) => A): handleUnaryCall<Q, A> {
    return (call, callback) => {
      try {
        const value = respond(call.request);
        metrics.scalerAnswered(rpc, 'ok');
        callback(null, value);
      } catch (error) {
        callback(toRpcError(rpc, error));
      }
    };
  }

  function toRpcError(rpc: string, error: unknown): RpcError {
    if (!(error instanceof RpcError)) log.error({ err: error, rpc }, 'scaler call failed');
    const known = error instanceof RpcError ? error : new RpcError(status.INTERNAL, 'Internal error');
    if (known.code === status.INVALID_ARGUMENT) log.warn({ rpc, reason: known.message }, 'invalid trigger');
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
  if (code === status.INTERNAL) return 'error';
  return code === status.INVALID_ARGUMENT ? 'invalid' : 'unavailable';
}
