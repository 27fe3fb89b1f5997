/** Milliseconds; a health endpoint that takes longer is no better than one that refuses. */
const TIMEOUT_MS = 1_000;

/**
 * Asks Prometheus, or VictoriaMetrics, which answers the same path, whether it is well.
 *
 * @throws {Error} If it does not say so within a second
 */
export async function checkPrometheus(url: string): Promise<true> {
  // A base may have a path (`…/select/0/prometheus`), which a URL relative to it keeps only after a slash.
  const base = url.endsWith('/') ? url : `${url}/`;
  const answer = await fetch(new URL('-/healthy', base), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Prometheus answers ${answer.status}`);
  return true;
}
