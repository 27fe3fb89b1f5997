import type { LookupAddress } from 'node:dns';
import { Resolver, lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Timeout of one query, and attempts per name server: a few seconds in total, then the system resolver is used. */
const DNS = { timeout: 500, tries: 2 };

interface Query {
  readonly addresses: Promise<readonly LookupAddress[]>;
  /** Number of deliveries that wait for the response. */
  waiting: number;
}

export interface ResolveOptions {
  /** Use only the system resolver, with its hosts file and search domains. */
  readonly bySystem: boolean;
  /** Aborts the wait. */
  readonly signal: AbortSignal;
}

/**
 * Resolves names such that an unresponsive name server does not affect others. `getaddrinfo` has no timeout and occupies
 * one of libuv's four threads, which compression and files need too. So names are first resolved by DNS queries without a
 * thread, and only those that are not found by the system resolver, one at a time.
 */
export class NameResolver {
  readonly #dns: Resolver;
  readonly #pending = new Map<string, Query>();
  /** One for WEBHOOK_ALLOWED_HOSTS, one for all other names. */
  readonly #lanes = { listed: Promise.resolve(), others: Promise.resolve() };

  /** @param servers default: those of the system */
  constructor(servers?: readonly string[]) {
    this.#dns = new Resolver(DNS);
    if (servers) this.#dns.setServers(servers);
  }

  /** @throws {Error} if the name has no address, or `signal` is aborted first */
  async resolve(host: string, { bySystem, signal }: ResolveOptions): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    signal.throwIfAborted();
    // Shared by all deliveries to the same name.
    const query = this.#pending.get(host) ?? this.#begin(host, bySystem);
    query.waiting++;
    try {
      return await orAborted(query.addresses, signal);
    } finally {
      query.waiting--;
    }
  }

  #begin(host: string, bySystem: boolean): Query {
    const addresses = bySystem ? this.#systemLookup(host, 'listed') : this.#dnsLookup(host);
    const query = { addresses, waiting: 0 };
    this.#pending.set(host, query);
    const forget = () => this.#pending.delete(host);
    addresses.then(forget, forget);
    return query;
  }

  async #dnsLookup(host: string): Promise<readonly LookupAddress[]> {
    const [four, six] = await Promise.allSettled([this.#dns.resolve4(host), this.#dns.resolve6(host)]);
    const addresses = [
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ];
    return addresses.length > 0 ? addresses : this.#systemLookup(host, 'others');
  }

  #systemLookup(host: string, lane: 'listed' | 'others'): Promise<readonly LookupAddress[]> {
    const found = this.#lanes[lane].then(() => {
      if (!this.#pending.get(host)?.waiting) throw new Error(`No delivery waits for the address of ${host}`);
      return lookup(host, { all: true });
    });
    this.#lanes[lane] = found.then(
      () => undefined,
      () => undefined,
    );
    return found;
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
