import type { Logger } from 'pino';

let tracing = false;

/** Whether tracing is on in this process. */
export function isTracing(): boolean {
  return tracing;
}

/**
 * Starts the OpenTelemetry SDK if the environment has an endpoint for traces; otherwise the SDK is not even loaded.
 *
 * @returns a function that exports the last spans and stops the SDK
 */
export async function startTracing(
  service: string,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<(() => Promise<void>) | undefined> {
  if (!isTracingEnabled(env)) return undefined;
  const { registerSdk } = await import('./register/register.ts');
  tracing = true;
  return registerSdk(service, log);
}

/** Reads the variables that OpenTelemetry specifies; the SDK reads the others itself. */
export function isTracingEnabled(env: NodeJS.ProcessEnv): boolean {
  const endpoints = [env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'], env['OTEL_EXPORTER_OTLP_ENDPOINT']];
  return (
    endpoints.some((endpoint) => endpoint !== undefined && endpoint !== '') &&
    env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
    env['OTEL_TRACES_EXPORTER'] !== 'none'
  );
}
