import type { StartConfig } from './config.ts';
import { servicesOf } from './services.ts';

/** The text that the user sees when everything is ready. */
export function screen(config: StartConfig, redis: { url: string; about: string }): string {
  const { api, worker, gateway } = servicesOf(config);
  return `
  Ready.

  Page      ${api.url}
  API       ${api.url}/tasks
  Docs      ${api.url}/docs, ${api.url}/redoc
  Metrics   ${api.url}/api/metrics/all (JSON); for Prometheus:
            ${[api, worker, gateway].map(({ url }) => `${url}/metrics`).join(', ')}
  Scaler    port ${config.SCALER_PORT} (gRPC, for KEDA)
  Redis     ${withoutPassword(redis.url)}
            ${redis.about}

  Try:      curl -s ${api.url}/tasks -H 'Content-Type: application/json' -d '{"n": 100}'
  Then:     curl -s '${api.url}/tasks/REQUEST_ID?wait=10'

  Ctrl-C stops everything. Tasks and primes are kept.
`;
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== '') url.password = '***';
  return url.href;
}
