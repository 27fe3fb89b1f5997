import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';
import { ReportingExporter } from './reporting-exporter.ts';
import { NAMESPACE } from '../../namespace.ts';

/** Timeout of the last export: the shutdown does not wait for an unavailable collector. */
const FLUSH_MS = 1_000;

/**
 * Exports only traces: metrics use prom-client, and logs go to stdout. No instrumentation is loaded, so no module is
 * patched on import; the code creates its spans itself.
 */
export function registerSdk(service: string, log: Logger): () => Promise<void> {
  const names = resourceFromAttributes({ 'service.name': service, 'service.namespace': NAMESPACE });
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
    resource: defaultResource().merge(names),
    traceExporter: new ReportingExporter(new OTLPTraceExporter(), log),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return async () => {
    await Promise.race([sdk.shutdown().catch(() => undefined), delay(FLUSH_MS, undefined, { ref: false })]);
  };
}
