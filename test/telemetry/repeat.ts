/** Does something again and again, if the last time has ended, until the returned function is called. */
export function repeat(act: () => Promise<unknown>, intervalMs: number): () => Promise<void> {
  let acting: Promise<void> | undefined;
  const timer = setInterval(() => {
    acting ??= act()
      // Some of it is meant to fail.
      .catch(() => undefined)
      .then(() => {
        acting = undefined;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await acting;
  };
}
