import type { Logger } from 'pino';

let tracing = false;

/** Whether spans are made at all in this process. */
export function isTracing(): boolean {
  return tracing;
}

/**
 * Starts OpenTelemetry's SDK if the environment names a place for traces; without one it is not even loaded.
 *
 * @returns what sends the last spans and ends it
 */
export async function startTracing(
  service: string,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<(() => Promise<void>) | undefined> {
  if (!wantsTraces(env)) return undefined;
  const { registerSdk } = await import('./register/register.ts');
  tracing = true;
  return registerSdk(service, log);
}

/** By the variables that OpenTelemetry specifies; the SDK itself reads all the others. */
export function wantsTraces(env: NodeJS.ProcessEnv): boolean {
  const endpoints = [env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'], env['OTEL_EXPORTER_OTLP_ENDPOINT']];
  return (
    endpoints.some((endpoint) => endpoint !== undefined && endpoint !== '') &&
    env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true' &&
    env['OTEL_TRACES_EXPORTER'] !== 'none'
  );
}
