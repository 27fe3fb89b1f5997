/** A module with one function, `() => i8x16.splat(0)`; WebAssembly Specification 2.0, section 5 (binary format). */
// prettier-ignore
const SIMD_MODULE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic and version
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // types: () → v128
  0x03, 0x02, 0x01, 0x00, // functions: one of that type
  0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b, // code: i32.const 0, i8x16.splat, end
);

/**
 * Whether WebAssembly has SIMD here. On x86 it needs a processor with SSE4.1: all since 2008 have it, but a virtual machine
 * may hide it. With --jitless there is none.
 */
export function hasWasmSimd(): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(SIMD_MODULE);
}
