import { useEffect, useState } from 'preact/hooks';
import { unwrap, type Client, type paths } from '@primes/client';
import { client, reachable } from './api.ts';

export interface Loaded<Data> {
  /** The last data; it stays while later requests fail. */
  readonly data: Data | undefined;
  readonly error: unknown;
  /** Loads at once. */
  readonly reload: () => void;
}

interface LoadOptions {
  /** Milliseconds between the end of a request and the next one; default: load once. */
  readonly everyMs?: number;
  /** Values on which the request depends. */
  readonly inputs?: readonly unknown[];
}

const NOTHING = { data: undefined, error: undefined };

/**
 * Loads data from the api, again after each change of key or inputs, and after an outage. A hidden tab loads when it is
 * shown. Of a stream, the data are its latest element.
 */
export function useLoaded<Data>(
  load: (client: Client, signal: AbortSignal) => Promise<Data> | AsyncIterable<Data>,
  { everyMs, inputs = [] }: LoadOptions = {},
): Loaded<Data> {
  const [state, setState] = useState<Omit<Loaded<Data>, 'reload'>>(NOTHING);
  const [turn, setTurn] = useState(0);
  const api = client.value;

  useEffect(() => {
    setState(NOTHING);
  }, [api, ...inputs]);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turnOnce = async (): Promise<void> => {
      if (document.hidden) await becomesVisible(stop.signal);
      try {
        const loaded = load(api, stop.signal);
        for await (const data of loaded instanceof Promise ? [loaded] : loaded)
          if (!stop.signal.aborted) setState({ data, error: undefined });
      } catch (error) {
        if (!stop.signal.aborted) setState(({ data }) => ({ data, error }));
      }
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(() => void turnOnce(), everyMs);
    };
    void turnOnce();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, reachable.value, turn, everyMs, ...inputs]);

  const reload = (): void => {
    setTurn((before) => before + 1);
  };
  return { ...state, reload };
}

type Json<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** Loads what the api returns for a path without parameters in it, and keeps it up to date. */
export function useGet<Path extends keyof paths>(
  path: Path,
  { query = {}, everyMs = 2_000 }: { readonly query?: object; readonly everyMs?: number } = {},
): Loaded<Json<Path>> {
  return useLoaded(
    async ({ http }, signal) =>
      // The types of the client have no path that is known only later.
      (await unwrap(http.GET(path as '/tasks', { params: { query }, signal }))) as Json<Path>,
    { everyMs, inputs: [path, JSON.stringify(query)] },
  );
}

/** Resolves when the reader shows the tab; never if the signal is aborted before. */
async function becomesVisible(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => {
    document.addEventListener('visibilitychange', resolve, { once: true, signal });
  });
}
