import { performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

const LOOK_MS = 5_000;
/** Of one event loop. Idle processes are at 0.005 (api, worker) to 0.01 (metrics-gateway). */
const QUIET = 0.05;
/** After a collection it is below 1 MiB; what it has grown to again within LOOK_MS of quiet is below 3. */
const LARGE_BYTES = 8 * 2 ** 20;

/**
 * Gives back what the young generation has grown by, at the start or under load, once the process is idle.
 * V8 lets it grow to three times `--max-semi-space-size`, which makes collections rare, and keeps it for good:
 * an idle api holds 124 MiB instead of 88 after one collection "of last resort". That takes 60 ms, once after each busy
 * time. Does nothing without `--expose-gc`.
 */
export function releaseMemoryWhenIdle(): void {
  const { gc } = globalThis;
  if (!gc) return;
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization < QUIET && youngGenerationBytes() > LARGE_BYTES)
      void gc({ type: 'major', execution: 'async', flavor: 'last-resort' });
  }, LOOK_MS).unref();
}

function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.physical_space_size ?? 0;
}
