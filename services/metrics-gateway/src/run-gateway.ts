import type { JobType, SampleSource } from '@primes/contracts';
import { listen, listenOptions, publishRegistry, Readiness, runService } from '@primes/service-kit';
import { createApp } from './app.ts';
import { gatewayConfig, SERVICE as service } from './config.ts';
import { openConnections } from './connections.ts';
import { GatewayMetrics } from './metrics.ts';
import { startSamplers } from './samplers.ts';
import { serveScaler } from './scaler/server.ts';

/**
 * The metrics gateway process: samples the queue of one job type and responds from memory until shutdown.
 *
 * @param sampleSource default: nothing of the job's data is sampled
 */
export async function runGateway(
  type: Pick<JobType<object>, 'name' | 'metricPrefix'>,
  sampleSource: SampleSource | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { metricPrefix } = type;
  const options = { service, metricPrefix, schema: gatewayConfig, portVariable: 'GATEWAY_PORT', env };
  await runService(options, async (context) => {
    const { config, log, lifecycle, registry, port, liveness } = context;
    const metrics = new GatewayMetrics(registry, metricPrefix);
    const connections = await openConnections(context.connections, config);
    publishRegistry(registry, {
      redis: connections.queue,
      prefix: config.QUEUE_PREFIX,
      service,
      log,
      lifecycle,
    });

    const samplers = startSamplers(config, {
      type,
      sampleSource,
      connections,
      liveness,
      log,
      observer: metrics,
    });
    lifecycle.onClose('samplers', samplers.close);
    metrics.show(samplers);
    metrics.autoscaler(config);

    const { queue } = samplers;
    const readiness = new Readiness();
    // After the first sample, an unavailable Redis is only reported: the gateway still serves errors and its health.
    readiness.add('first_sample', () => queue.latest() !== undefined, { gate: true });
    readiness.add('redis', () => queue.fresh() !== undefined, { gate: false });

    const app = createApp({ samplers, readiness, liveness, registry, log });
    const http = await listen(app, port);
    lifecycle.onClose('http', () => http.close({ lingerMs: 0, deadlineMs: 1_000 }));
    const scaler = await serveScaler(listenOptions(config, 'SCALER_PORT'), { type, queue, metrics, log });
    lifecycle.onClose('scaler', scaler.close);

    lifecycle.onClose('readiness', () => {
      readiness.stop();
    });
    log.info({ port: http.port, scaler_port: scaler.port }, 'listening');
  });
}
