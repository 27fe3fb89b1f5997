import { afterAll } from '@jest/globals';

/** Has a resource closed when the file's tests are over. */
export type Keep = <R extends AsyncDisposable>(resource: R) => R;

/**
 * What the tests of a file share. All that it keeps is closed after them, the last first; or at once
 * when a later step fails, since Jest runs no hooks of a file that it could not load.
 */
export async function setUp<F>(build: (keep: Keep) => Promise<F>): Promise<F> {
  await using stack = new AsyncDisposableStack();
  const fixture = await build((resource) => stack.use(resource));
  const kept = stack.move();
  afterAll(() => kept.disposeAsync());
  return fixture;
}
