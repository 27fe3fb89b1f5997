import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { MALLOC_ARENA_MAX, V8_FLAGS } from './runtime.ts';

describe('the images', () => {
  it('run with the same V8 flags and malloc arenas', () => {
    const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8');
    const environment = `NODE_OPTIONS="${V8_FLAGS.join(' ')}" MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX}\n`;
    expect(dockerfile).toContain(environment);
  });
});
