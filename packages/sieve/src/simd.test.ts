import { describe, expect, it } from '@jest/globals';
import { hasWasmSimd } from './simd.ts';

describe('hasWasmSimd()', () => {
  it('detects SIMD; test/pool-process.int.test.ts covers processors without it', () => {
    expect(hasWasmSimd()).toBe(true);
  });
});
