import { ApiError, createClient, unwrap, type paths } from '@primes/client';
import { computed, effect, signal } from '@preact/signals';
import { clock } from './format.ts';

const KEY = 'key';
const PING_MS = 2_000;

/** The address of the page: the api, with the path below which a proxy serves it. */
const BASE = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** The credentials of this tab. They are sent as a header, and never part of an address. */
export const key = signal(sessionStorage.getItem(KEY) ?? undefined);
/** Whether the last request got a response. */
export const reachable = signal(true);
/** Whether the api asks for a key, or rejects the one it got. */
export const needsKey = signal(false);

export type Me = paths['/me']['get']['responses'][200]['content']['application/json'];
type Role = Me['roles'][number];
/** Who the client is; undefined until the api has said so. */
export const me = signal<Me | undefined>(undefined);

const observed: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    // What a proxy returns for an api that is down.
    reachable.value = response.status !== 502 && response.status !== 504;
    if (response.status === 401) needsKey.value = true;
    return response;
  } catch (error) {
    const isAborted = input instanceof Request && input.signal.aborted;
    if (!isAborted) reachable.value = false;
    throw error;
  }
};

export const client = computed(() =>
  // The page shows failures itself, and repeats what it shows.
  createClient({ baseUrl: BASE, key: key.value, fetch: observed, retryMs: 0 }),
);

export function setKey(value: string | undefined): void {
  if (value === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, value);
  needsKey.value = false;
  key.value = value;
}

/** Whether the client has one of the roles; without authentication everyone has all. */
export function can(...roles: Role[]): boolean {
  return me.value?.roles.some((role) => roles.includes(role)) ?? false;
}

/** Whether the client may read tasks, as far as the api has said. */
export function canRead(): boolean {
  return me.value === undefined || can('read', 'read-all', 'operate');
}

/** Whether there are tasks of others, and the client may read them. */
export function canReadAll(): boolean {
  return Boolean(me.value?.principal) && can('read-all', 'operate');
}

/** Keeps `me` up to date, and asks until an unreachable api responds. */
export function watchApi(): void {
  effect(() => {
    if (!reachable.value) return;
    unwrap(client.value.http.GET('/me')).then(
      (answer) => (me.value = answer),
      () => (me.value = undefined),
    );
  });
  setInterval(() => {
    if (!reachable.value) client.value.http.GET('/health').catch(() => undefined);
  }, PING_MS);
  setInterval(() => (clock.value = Date.now()), 1_000);
}

/** What went wrong and what to do, for the reader. */
export function explain(error: unknown): string {
  // What fetch() throws.
  if (error instanceof TypeError) return 'The server is unreachable.';
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 401) return 'This needs a valid key.';
  if (error.status === 403) return `Your key may not do this. ${error.message}`;
  if (error.code === 'redis_unavailable')
    return 'Redis is unavailable. Accepted tasks are kept, and views continue by themselves. Repeat an action later.';
  return error.message.endsWith('.') ? error.message : `${error.message}.`;
}
