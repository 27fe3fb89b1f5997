import { describe, expect, it } from '@jest/globals';
import { Readiness } from './health.ts';

describe('Readiness', () => {
  it('is ready without checks', () => {
    expect(new Readiness().report()).toEqual({ ready: true, checks: {} });
  });

  it('is not ready while a gating check fails, and ready again afterwards', () => {
    const readiness = new Readiness();
    let ok = false;
    readiness.add('sample', () => ok, { gate: true });
    expect(readiness.report()).toEqual({ ready: false, checks: { sample: 'failing' } });
    ok = true;
    expect(readiness.report()).toEqual({ ready: true, checks: { sample: 'ok' } });
  });

  it('stays ready while a check that does not gate fails, and reports it', () => {
    const readiness = new Readiness();
    readiness.add('redis', () => false, { gate: false });
    expect(readiness.report()).toEqual({ ready: true, checks: { redis: 'failing' } });
  });

  it('is not ready once it is stopped, even if all checks pass', () => {
    const readiness = new Readiness();
    readiness.add('redis', () => true, { gate: true });
    readiness.stop();
    expect(readiness.report()).toEqual({ ready: false, checks: { running: 'failing', redis: 'ok' } });
  });
});
