import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';

/** A registry with Node's default metrics and the label `service` on every series. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  countEventLoopTime(registry);
  return registry;
}

/**
 * The time of the event loop by state, which prom-client lacks. The rate of `active` is the utilization: at 1, the process
 * cannot do more, whatever its CPU limit is.
 */
function countEventLoopTime(registry: Registry): void {
  new Counter({
    // As in OpenTelemetry's semantic conventions: nodejs.eventloop.time.
    name: 'nodejs_eventloop_time_seconds_total',
    help: 'Cumulative time of the event loop in each state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const milliseconds = performance.eventLoopUtilization();
      this.reset();
      for (const state of ['active', 'idle'] as const) this.inc({ state }, milliseconds[state] / 1_000);
    },
  });
}
