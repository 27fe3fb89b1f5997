import { performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

const CHECK_MS = 5_000;
/**
 * Event loop utilization. Idle processes are at 0.005 (api, worker) to 0.01 (metrics-gateway), on a slow machine at 0.04
 * to 0.07. A collection every CHECK_MS at this utilization takes 1.2 % of the time.
 */
const MAX_IDLE_UTILIZATION = 0.15;
/** After a collection it is below 1 MiB; within CHECK_MS of idleness it grows to less than 3. */
const MAX_YOUNG_BYTES = 8 * 2 ** 20;

/**
 * Shrinks the young generation once the process is idle. Under load V8 lets it grow to three times
 * `--max-semi-space-size`, which makes collections rare, and never shrinks it: an idle api uses 124 MiB, and 88 after one
 * collection "of last resort". That takes 60 ms, once after each busy period. Does nothing without `--expose-gc`.
 */
export function releaseMemoryWhenIdle(): void {
  const { gc } = globalThis;
  if (!gc) return;
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization < MAX_IDLE_UTILIZATION && youngGenerationBytes() > MAX_YOUNG_BYTES)
      void gc({ type: 'major', execution: 'async', flavor: 'last-resort' });
  }, CHECK_MS).unref();
}

function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.physical_space_size ?? 0;
}
