import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with Node's default metrics and the label `service` on every series. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
