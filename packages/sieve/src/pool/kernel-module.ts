import { readFileSync } from 'node:fs';
import { KernelSieve } from '../kernel-sieve.ts';
import { PlainSieve, type RangeSieve } from '../range-sieve.ts';
import { hasWasmSimd } from '../simd.ts';

/** Equally far from src and from dist. */
const KERNEL_FILE = new URL('../../wasm/kernel.wasm', import.meta.url);

/**
 * The kernel, compiled once for all threads that it is posted to; undefined where there is no WebAssembly with
 * SIMD, and the threads have to do with `sieveSegment`.
 *
 * @throws {Error} If it has not been built
 */
export function compileKernel(): WebAssembly.Module | undefined {
  if (!hasWasmSimd()) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(KERNEL_FILE);
  } catch (cause) {
    throw new Error('The sieve kernel has to be built first: npm run build', { cause });
  }
  return new WebAssembly.Module(bytes);
}

/** The kernel where there is one, and else plain TypeScript. */
export function createRangeSieve(kernel = compileKernel()): RangeSieve {
  return kernel ? new KernelSieve(kernel) : new PlainSieve();
}
