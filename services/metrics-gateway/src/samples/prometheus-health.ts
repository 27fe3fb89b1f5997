/** Timeout of a health check, in milliseconds. */
const TIMEOUT_MS = 1_000;

/**
 * Checks the health of Prometheus, or of VictoriaMetrics, which has the same endpoint.
 *
 * @throws {Error} if it is not healthy within a second
 */
export async function checkPrometheus(url: string): Promise<true> {
  // A base URL may have a path (`…/select/0/prometheus`), which a relative URL keeps only if it ends with a slash.
  const base = url.endsWith('/') ? url : `${url}/`;
  const response = await fetch(new URL('-/healthy', base), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`Expected status 200 from Prometheus, received ${response.status}`);
  return true;
}
