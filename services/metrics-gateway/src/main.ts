import {
  connectRedis,
  createRegistry,
  listen,
  publishRegistry,
  Readiness,
  runService,
} from '@primes/service-kit';
import { createApp } from './app.ts';
import { gatewayConfig, SERVICE as service } from './config.ts';
import { openConnections } from './connections.ts';
import { GatewayMetrics } from './metrics.ts';
import { startSamplers } from './samplers.ts';
import { serveScaler } from './scaler/server.ts';

const options = { service, schema: gatewayConfig, env: process.env };

await runService(options, async ({ config, log, lifecycle }) => {
  const registry = createRegistry(service);
  const metrics = new GatewayMetrics(registry);
  const { HOST: host, GATEWAY_PORT, SCALER_PORT } = config;
  const port = { host, port: GATEWAY_PORT, variable: 'GATEWAY_PORT' };
  const redis = await connectRedis(config, { service, registry, log, lifecycle, port });
  const connections = await openConnections(redis, config);
  publishRegistry(registry, {
    redis: connections.queue,
    prefix: config.QUEUE_PREFIX,
    service,
    log,
    lifecycle,
  });

  const samplers = startSamplers(config, { connections, log, observer: metrics });
  lifecycle.onClose('samplers', samplers.close);
  metrics.show(samplers);
  metrics.workersMax(config.WORKER_MAX_REPLICAS);

  const { queue } = samplers;
  const readiness = new Readiness();
  // Redis away is an answer, not an outage: once there was a sample, it is only reported.
  readiness.add('first_sample', () => queue.latest() !== undefined, { gate: true });
  readiness.add('redis', () => queue.fresh() !== undefined, { gate: false });

  const app = createApp({ samplers, readiness, registry, log });
  const http = await listen(app, port);
  lifecycle.onClose('http', () => http.close({ lingerMs: 0, deadlineMs: 1_000 }));
  const scalerPort = { host, port: SCALER_PORT, variable: 'SCALER_PORT' };
  const scaler = await serveScaler(scalerPort, { queue, metrics, log });
  lifecycle.onClose('scaler', scaler.close);

  lifecycle.onClose('readiness', () => {
    readiness.stop();
  });
  log.info({ port: http.port, scaler_port: scaler.port }, 'listening');
});
