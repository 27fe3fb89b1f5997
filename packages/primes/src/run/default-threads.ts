/** Memory of a thread: its isolate, its WebAssembly memory and its segments. */
const BYTES_PER_THREAD = 32 * 1024 ** 2;

/** One for each CPU, as far as the memory limit allows; 0 bytes: no limit. A container without a CPU limit has all CPUs of its node. */
export function defaultThreads(cpus: number, memoryLimit: number): number {
  return Math.max(1, Math.min(cpus, Math.floor((memoryLimit || Infinity) / BYTES_PER_THREAD)));
}
