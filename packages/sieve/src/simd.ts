/** A module with one function, `() => i8x16.splat(0)`; WebAssembly Specification 2.0, section 5 (binary format). */
// prettier-ignore
const SIMD_MODULE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic and version
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // types: () → v128
  0x03, 0x02, 0x01, 0x00, // functions: one of that type
  0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b, // code: i32.const 0, i8x16.splat, end
);

/**
 * Whether this machine runs WebAssembly with SIMD. Any Node of today does, but on x86 only if the processor has
 * SSE4.1 (all since 2008 have, but a virtual one may hide it), and not with --jitless.
 */
export function hasWasmSimd(): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(SIMD_MODULE);
}
