import { isIPv6 } from 'node:net';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is and how to log in, as a URL says it. */
export interface RedisUrl {
  /** `server`: one server, or an address that moves with the primary. */
  readonly kind: 'server' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** The server, the Sentinels, or some nodes of the Cluster. */
  readonly addresses: readonly RedisAddress[];
  /** The name by which the Sentinels know the primary; empty for other kinds. */
  readonly primaryName: string;
  readonly database: number;
  /** Empty: the default user. */
  readonly username: string;
  /** Empty: none. */
  readonly password: string;
  /** The IP version of connections; 0: both. */
  readonly family: 0 | 4 | 6;
}

const PARTS =
  /^redis(?<secure>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<login>[^/]*)@)?(?<hosts>[^/?#]*)(?:\/(?<path>[^?#]*))?(?:\?family=(?<family>[46]))?$/;
const SCHEME = /^rediss?(\+(sentinel|cluster))?:\/\//;
const HOST = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/;
const PRIMARY = /^(?<name>[\w.-]+)(?:\/(?<database>\d*))?$/;
const DEFAULT_PORTS = { server: 6379, sentinel: 26_379, cluster: 6379 };

/** The sentences of the errors. None repeats a part of the URL, because any part may contain the password. */
const EXPECTED = {
  scheme:
    'Must be a redis://, rediss://, redis+sentinel:// or redis+cluster:// URL; with TLS, the last two begin with rediss+',
  query: 'The URL must end after its path; only ?family=4 or ?family=6 may follow',
  login:
    'The user and the password must be percent-encoded: % as %25, / as %2F, @ as %40, : in the user as %3A',
  hosts:
    'The host must be a name or an address, with a port if needed, as in redis://127.0.0.1:6379 or redis://[::1]',
  oneHost: 'Only redis+sentinel:// and redis+cluster:// URLs may have several hosts',
  database: 'The path must be a database number, as in redis://127.0.0.1:6379/1',
  primary:
    'The path must be the name of the primary, with a database if needed, as in redis+sentinel://host:26379/mymaster/0',
  noDatabase: 'A Redis Cluster has only database 0, so the URL must have no path',
};

/**
 * Parses `redis://[user:password@]host[:port][/database]`, `redis+sentinel://…host,host/primary[/database]` or
 * `redis+cluster://…host,host`; each with `rediss` for TLS.
 *
 * @throws {TypeError} what is expected, without any part of the URL
 */
export function parseRedisUrl(url: string): RedisUrl {
  const { groups } = PARTS.exec(url) ?? {};
  if (!groups) throw new TypeError(SCHEME.test(url) ? EXPECTED.query : EXPECTED.scheme);
  const kind = (groups['kind'] ?? 'server') as RedisUrl['kind'];
  const addresses = (groups['hosts'] ?? '').split(',').map((text) => parseAddress(text, DEFAULT_PORTS[kind]));
  if (kind === 'server' && addresses.length > 1) throw new TypeError(EXPECTED.oneHost);
  return {
    kind,
    tls: groups['secure'] === 's',
    addresses,
    ...parsePath(kind, groups['path'] ?? ''),
    ...parseLogin(groups['login'] ?? ''),
    family: groups['family'] === undefined ? 0 : (Number(groups['family']) as 4 | 6),
  };
}

/** The addresses of a URL, for messages: host:port, separated by commas. */
export function formatAddresses({ addresses }: Pick<RedisUrl, 'addresses'>): string {
  return addresses.map(({ host, port }) => `${isIPv6(host) ? `[${host}]` : host}:${port}`).join(',');
}

/** Whether all keys that start with `prefix` are in one slot of a Redis Cluster. */
export function hasHashTag(prefix: string): boolean {
  // Redis uses the text from the first { to the next }, unless it is empty.
  return /^[^{]*\{[^}]+\}/.test(prefix);
}

function parseAddress(text: string, defaultPort: number): RedisAddress {
  const { ipv6, name, port } = HOST.exec(text)?.groups ?? {};
  const host = ipv6 ?? name;
  const number = Number(port ?? defaultPort);
  if (host === undefined || (ipv6 !== undefined && !isIPv6(ipv6)) || number < 1 || number > 65_535)
    throw new TypeError(EXPECTED.hosts);
  return { host, port: number };
}

function parsePath(kind: RedisUrl['kind'], path: string): Pick<RedisUrl, 'primaryName' | 'database'> {
  if (kind === 'sentinel') {
    const { name, database } = PRIMARY.exec(path)?.groups ?? {};
    if (name === undefined) throw new TypeError(EXPECTED.primary);
    return { primaryName: name, database: Number(database ?? 0) };
  }
  if (kind === 'cluster' && !/^0?$/.test(path)) throw new TypeError(EXPECTED.noDatabase);
  if (!/^\d*$/.test(path)) throw new TypeError(EXPECTED.database);
  return { primaryName: '', database: Number(path) };
}

function parseLogin(login: string): Pick<RedisUrl, 'username' | 'password'> {
  const [username = '', ...rest] = login.split(':');
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(rest.join(':')) };
  } catch {
    throw new TypeError(EXPECTED.login);
  }
}
