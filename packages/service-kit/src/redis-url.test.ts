import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatAddresses, hasHashTag, parseRedisUrl, type RedisUrl } from './redis-url.ts';

const SERVER = {
  kind: 'server',
  tls: false,
  addresses: [{ host: 'h', port: 6379 }],
  primaryName: '',
  database: 0,
  username: '',
  password: '',
  family: 0,
} as const satisfies RedisUrl;

describe('parseRedisUrl()', () => {
  it.each<[string, Partial<RedisUrl>]>([
    ['redis://h', {}],
    ['redis://h/', {}],
    ['rediss://h/15', { tls: true, database: 15 }],
    ['redis://h?family=6', { family: 6 }],
    ['redis://h/1?family=4', { database: 1, family: 4 }],
    ['redis://[::1]', { addresses: [{ host: '::1', port: 6379 }] }],
    ['redis://[fd00::1]:6380', { addresses: [{ host: 'fd00::1', port: 6380 }] }],
    ['redis://:p@h', { password: 'p' }],
    ['redis://u@h', { username: 'u' }],
    ['redis://u:p:q%2Fr@h', { username: 'u', password: 'p:q/r' }],
    ['redis://u:p@q@h', { username: 'u', password: 'p@q' }],
    [
      'redis+sentinel://a,[::1]:2/mymaster',
      {
        kind: 'sentinel',
        addresses: [
          { host: 'a', port: 26_379 },
          { host: '::1', port: 2 },
        ],
        primaryName: 'mymaster',
      },
    ],
    [
      'rediss+sentinel://u:p@a:1/my-master.1/3',
      {
        kind: 'sentinel',
        tls: true,
        addresses: [{ host: 'a', port: 1 }],
        primaryName: 'my-master.1',
        database: 3,
        username: 'u',
        password: 'p',
      },
    ],
    [
      'redis+cluster://a:1,b/',
      {
        kind: 'cluster',
        addresses: [
          { host: 'a', port: 1 },
          { host: 'b', port: 6379 },
        ],
      },
    ],
    ['rediss+cluster://h/0', { kind: 'cluster', tls: true }],
  ])('parses %s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual({ ...SERVER, ...expected });
  });

  it.each([
    ['http://h', /^Must be a redis:/],
    ['redis+other://h', /^Must be a redis:/],
    ['h:6379', /^Must be a redis:/],
    ['redis://h#1', /^The URL must end after its path/],
    ['redis://h/1?ssl=no', /^The URL must end after its path/],
    ['redis://', /^The host must be/],
    ['redis://h:', /^The host must be/],
    ['redis://h:0', /^The host must be/],
    ['redis://h:65536', /^The host must be/],
    ['redis://::1', /^The host must be/],
    ['redis://[', /^The host must be/],
    ['redis://[h]', /^The host must be/],
    ['redis+cluster://a,', /^The host must be/],
    ['redis://:pass/word@h', /^The host must be/],
    ['redis://a,b', /^Only redis\+sentinel/],
    ['redis://:50%@h', /^The user and the password must be percent-encoded/],
    ...['/abc', '/-1', '/1x', '/1/2', '/1.5'].map(
      (path) => [`redis://h${path}`, /^The path must be a database/] as const,
    ),
    ...['', '/', '//0', '/a b', '/m/x'].map(
      (path) => [`redis+sentinel://h${path}`, /^The path must be the name/] as const,
    ),
    ['redis+cluster://h/1', /^A Redis Cluster has only database 0/],
  ])('rejects %s', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(message);
  });

  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,9}[a-z0-9])?$/);
  const host = fc.oneof(name, fc.ipV4(), fc.ipV6());
  const login = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
  const address = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
  const common = { tls: fc.boolean(), username: login, password: login, family: fc.constantFrom(0, 4, 6) };
  const database = fc.nat(99);
  const several = fc.array(address, { minLength: 1, maxLength: 4 });
  const anyUrl: fc.Arbitrary<RedisUrl> = fc.oneof(
    fc.record({
      ...common,
      kind: fc.constant('server'),
      addresses: fc.tuple(address),
      primaryName: fc.constant(''),
      database,
    }),
    fc.record({ ...common, kind: fc.constant('sentinel'), addresses: several, primaryName: name, database }),
    fc.record({
      ...common,
      kind: fc.constant('cluster'),
      addresses: several,
      primaryName: fc.constant(''),
      database: fc.constant(0),
    }),
  );
  function format(url: RedisUrl): string {
    const kind = url.kind === 'server' ? '' : `+${url.kind}`;
    const user = `${encodeURIComponent(url.username)}:${encodeURIComponent(url.password)}@`;
    const path = url.kind === 'sentinel' ? `/${url.primaryName}/${url.database}` : `/${url.database}`;
    const query = url.family === 0 ? '' : `?family=${url.family}`;
    return `redis${url.tls ? 's' : ''}${kind}://${user}${formatAddresses(url)}${path}${query}`;
  }

  it('returns the parts of any URL, with every character in user and password', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        expect(parseRedisUrl(format(url))).toEqual(url);
      }),
    );
  });

  it('never repeats a part of the URL in an error', () => {
    const secret = 'hunter2';
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Array.from('/:@%?#[],+'), 'redis', 's', '://', 'h', secret)),
        (parts) => {
          try {
            parseRedisUrl(parts.join(''));
          } catch (error) {
            expect(String(error)).not.toContain(secret);
          }
        },
      ),
    );
  });
});

describe('hasHashTag()', () => {
  it.each([
    ['{bull}', true],
    ['a{bull}b', true],
    ['bull', false],
    ['{}', false],
    ['{}{bull}', false],
    ['bull}', false],
    ['{bull', false],
  ])('%s: %s', (prefix, expected) => {
    expect(hasHashTag(prefix)).toBe(expected);
  });
});
