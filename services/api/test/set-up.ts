import { afterAll } from '@jest/globals';

/** Registers a resource to close after the tests of the file. */
export type Keep = <R extends AsyncDisposable>(resource: R) => R;

/**
 * Builds what the tests of a file share. Kept resources are closed after the tests in reverse order, or at once if a
 * later step fails, because Jest runs no hooks of a file that it could not load.
 */
export async function setUp<F>(build: (keep: Keep) => Promise<F>): Promise<F> {
  await using stack = new AsyncDisposableStack();
  const fixture = await build((resource) => stack.use(resource));
  const kept = stack.move();
  afterAll(() => kept.disposeAsync());
  return fixture;
}
