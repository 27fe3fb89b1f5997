import { lookup as resolve } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/**
 * Which addresses a webhook may reach: public ones, and whatever the operator's list names.
 * Everything else (loopback, private, link-local, and the rest of the special-purpose ranges) would
 * let a client make requests from inside the cluster.
 */
export class AddressRules {
  readonly #allowedHosts: ReadonlySet<string>;

  constructor(allowedHosts: readonly string[]) {
    this.#allowedHosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  }

  /** Why a URL is refused at submission, or undefined. Names are judged when they are resolved. */
  refusalOfUrl(url: string): string | undefined {
    // The URL parser has made one spelling of all: 0x7f.1, 2130706433 and 127.0.0.1 are the same here.
    const { hostname, username, password } = new URL(url);
    if (username || password) return 'Must not carry credentials';
    const host = hostname.toLowerCase().replace(/\.$/, '');
    if (this.#allowedHosts.has(host)) return undefined;
    const address = host.replace(/^\[(.*)\]$/, '$1');
    if (host === 'localhost' || host.endsWith('.localhost')) return 'Must not be a loopback address';
    if (ipaddr.isValid(address) && !isPublic(address)) return 'Must be a public address';
    return undefined;
  }

  /**
   * The address to connect to for a host name or a literal address.
   *
   * @throws {ForbiddenAddressError} when none of its addresses may be reached
   */
  async addressFor(hostname: string): Promise<{ address: string; family: number }> {
    const host = hostname.toLowerCase().replace(/\.$/, '');
    const found = await resolve(host.replace(/^\[(.*)\]$/, '$1'), { all: true });
    const usable = this.#allowedHosts.has(host) ? found[0] : found.find(({ address }) => isPublic(address));
    if (!usable) throw new ForbiddenAddressError(host);
    return usable;
  }
}

/** A receiver that the rules forbid; trying again would not change it. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';

  constructor(host: string) {
    super(`${host} has no public address and is not in WEBHOOK_ALLOWED_HOSTS`);
  }
}

/** All that IANA has given out as global unicast; the library calls more than that unicast, like ::127.0.0.1. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: string): boolean {
  // `process` unwraps IPv4 in IPv6 (::ffff:10.0.0.1); unicast leaves out every special-purpose range.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6);
}
