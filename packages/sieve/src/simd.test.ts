import { describe, expect, it } from '@jest/globals';
import { hasWasmSimd } from './simd.ts';

describe('hasWasmSimd()', () => {
  it('finds SIMD where Node has it: test/pool-process.int.test.ts runs without', () => {
    expect(hasWasmSimd()).toBe(true);
  });
});
