import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';
import { traceOutgoingRequests } from './outgoing-requests.ts';
import { ReportingExporter } from './reporting-exporter.ts';

/** The last spans go to a collector beside the process, or nowhere: the end does not wait for one that is away. */
const FLUSH_MS = 1_000;

/**
 * Traces alone: metrics are prom-client's, logs go to stdout. No instrumentation is loaded, so that no module has to
 * be patched while it is imported; the spans are made by hand where they belong.
 */
export function registerSdk(service: string, log: Logger): () => Promise<void> {
  const names = resourceFromAttributes({ 'service.name': service, 'service.namespace': 'primes' });
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say it better, if they do.
    resource: defaultResource().merge(names),
    traceExporter: new ReportingExporter(new OTLPTraceExporter(), log),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const stop = traceOutgoingRequests();
  return async () => {
    stop();
    await Promise.race([sdk.shutdown().catch(() => undefined), delay(FLUSH_MS, undefined, { ref: false })]);
  };
}
