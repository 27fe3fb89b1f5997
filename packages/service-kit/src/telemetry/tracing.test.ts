import { describe, expect, it } from '@jest/globals';
import { wantsTraces } from './tracing.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

describe('wantsTraces()', () => {
  it.each([
    ['a place for all signals', ENDPOINT],
    ['a place for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }],
    ['no place of their own for traces', { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }],
    ['traces alone', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none' }],
  ])('is true where the environment names %s', (_, env) => {
    expect(wantsTraces(env)).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['an empty place', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['a place for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://localhost:4318/v1/metrics' }],
    ['a place, and that nothing is to be sent', { ...ENDPOINT, OTEL_SDK_DISABLED: 'True' }],
    ['a place, and that no traces are', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is false where it names %s', (_, env) => {
    expect(wantsTraces(env)).toBe(false);
  });
});
