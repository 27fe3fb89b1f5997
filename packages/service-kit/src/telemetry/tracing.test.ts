import { describe, expect, it } from '@jest/globals';
import { isTracingEnabled } from './tracing.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

describe('isTracingEnabled()', () => {
  it.each([
    ['an endpoint for all signals', ENDPOINT],
    ['an endpoint for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }],
    [
      'an endpoint for all signals and an empty one for traces',
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' },
    ],
    ['only traces', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none' }],
  ])('is true with %s', (_, env) => {
    expect(isTracingEnabled(env)).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['an endpoint for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://localhost:4318/v1/metrics' }],
    ['the SDK disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'True' }],
    ['no traces exporter', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is false with %s', (_, env) => {
    expect(isTracingEnabled(env)).toBe(false);
  });
});
