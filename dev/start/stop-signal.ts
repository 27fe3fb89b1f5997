/** Aborts on a stop signal, or when the parent process was killed. */
export function stopSignal(): AbortSignal {
  const abort = new AbortController();
  const stop = () => {
    abort.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', stop);
  // If the terminal or the reader of a pipe is gone, the services must stop all the same.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  return abort.signal;
}
