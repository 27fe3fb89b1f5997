import type { LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { NameResolver } from './name-resolver.ts';
import { PLATFORM_RANGES, isPlatformName } from './platform-addresses.ts';

/**
 * The addresses that a webhook may reach: public ones, and those of WEBHOOK_ALLOWED_HOSTS. All others (loopback, private,
 * link-local, other special-purpose ranges, cloud metadata) would let a client send requests from inside the cluster.
 */
export class AddressRules {
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #resolver: Pick<NameResolver, 'resolve'>;

  constructor(allowedHosts: readonly string[], resolver: Pick<NameResolver, 'resolve'> = new NameResolver()) {
    this.#allowedHosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#resolver = resolver;
  }

  /** Why a URL is rejected at submission, or undefined. Names are checked when they are resolved. */
  rejectionOf(url: string): string | undefined {
    // The URL parser normalizes addresses: 0x7f.1, 2130706433 and 127.0.0.1 are the same here.
    const { hostname, username, password } = new URL(url);
    if (username || password) return 'Must not contain credentials';
    const host = hostOf(hostname);
    if (this.#allowedHosts.has(host)) return undefined;
    if (host === 'localhost' || host.endsWith('.localhost'))
      return `Must not be a loopback address, received ${host}`;
    if (isPlatformName(host))
      return `Must not be an internal name of the cluster or the cloud, received ${host}`;
    const address = addressOf(host);
    if (ipaddr.isValid(address) && !isPublic(address)) return `Must be a public address, received ${address}`;
    return undefined;
  }

  /**
   * All allowed addresses of a host name or a literal address.
   *
   * @throws {ForbiddenAddressError} if there is none
   */
  async addressesFor(hostname: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const host = hostOf(hostname);
    const listed = this.#allowedHosts.has(host);
    if (!listed && isPlatformName(host)) throw new ForbiddenAddressError(host);
    const found = await this.#resolver.resolve(addressOf(host), { bySystem: listed, signal });
    const usable = listed ? found : found.filter(({ address }) => isPublic(address));
    if (usable.length === 0) throw new ForbiddenAddressError(host);
    return usable;
  }
}

/** The rules forbid a receiver; a retry would not help. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';

  constructor(host: string) {
    super(`${host} has no public address and is not in WEBHOOK_ALLOWED_HOSTS`);
  }
}

function hostOf(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}

/** In a URL, an IPv6 address is in brackets. */
function addressOf(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** IANA's global unicast range; the library calls more than that unicast, such as ::127.0.0.1. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: string): boolean {
  // `process` unwraps IPv4 in IPv6 (::ffff:10.0.0.1); `unicast` excludes all special-purpose ranges, including those
  // that embed an IPv4 address: NAT64, 6to4 and Teredo.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_IPV6)) return false;
  return !PLATFORM_RANGES.some((range) => range[0].kind() === parsed.kind() && parsed.match(range));
}
