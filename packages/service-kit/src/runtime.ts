/**
 * How every process of a service runs, in a container, under `npm start` and in tests. The Dockerfile sets the same
 * values and gives the reasons; a test compares them.
 */
export const YOUNG_GENERATION = '--max-semi-space-size=16';
export const V8_FLAGS: readonly string[] = [YOUNG_GENERATION, '--expose-gc'];
export const MALLOC_ARENA_MAX = '1';
