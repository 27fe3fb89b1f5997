const MiB = 1024 ** 2;

/**
 * Peak resident memory of a worker with 1, 2, 4, 8 and 12 threads that runs four tasks of 20,000,000 primes at a time: 189,
 * 205, 229, 284 and 334 MiB; of 100,000,000 primes: 202, 219, 246, 296 and 352 MiB (Node 24.21).
 */
const BASE_BYTES = 192 * MiB;
const BYTES_PER_THREAD = 16 * MiB;

/** One for each CPU, as far as the memory limit allows; 0 bytes: no limit. A container without a CPU limit has all CPUs of its node. */
export function defaultThreads(cpus: number, memoryLimit: number): number {
  const fit = Math.floor(((memoryLimit || Infinity) - BASE_BYTES) / BYTES_PER_THREAD);
  return Math.max(1, Math.min(cpus, fit));
}
