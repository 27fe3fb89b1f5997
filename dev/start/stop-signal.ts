/** Aborted when this process is asked to stop, or when the process that started it has been killed. */
export function stopSignal(): AbortSignal {
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', stop);
  // The terminal or the reader of a pipe may be gone; what is running has to be stopped all the same.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  return abort.signal;
}
