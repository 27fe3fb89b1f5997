/** Repeats an action, one call at a time, until the returned function is called. */
export function repeat(act: () => Promise<unknown>, intervalMs: number): () => Promise<void> {
  let acting: Promise<void> | undefined;
  const timer = setInterval(() => {
    acting ??= act()
      // Some actions fail on purpose.
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
