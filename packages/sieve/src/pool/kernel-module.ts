import { readFileSync } from 'node:fs';
import { KernelSieve } from '../kernel-sieve.ts';
import { PlainSieve, type RangeSieve } from '../range-sieve.ts';
import { hasWasmSimd } from '../simd.ts';

const KERNEL_FILE = new URL('../../wasm/kernel.wasm', import.meta.url);

/**
 * The kernel, compiled once for all threads. Undefined without WebAssembly with SIMD: then the threads use `sieveSegment`.
 *
 * @throws {Error} If it is not built.
 */
export function compileKernel(): WebAssembly.Module | undefined {
  if (!hasWasmSimd()) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(KERNEL_FILE);
  } catch (cause) {
    throw new Error('The sieve kernel is not built: run npm run build', { cause });
  }
  return new WebAssembly.Module(bytes);
}

/** The kernel if there is one, otherwise plain TypeScript. */
export function createRangeSieve(kernel = compileKernel()): RangeSieve {
  return kernel ? new KernelSieve(kernel) : new PlainSieve();
}
