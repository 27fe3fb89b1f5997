import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { commonConfig } from './common-config.ts';
import { parseConfig } from './config.ts';

const parse = (env: Record<string, string>) => parseConfig(commonConfig, env);

/** What ioredis makes of a URL. */
function credentialsIn(url: string | undefined): object {
  const { username, password } = new Redis(url ?? '', { lazyConnect: true }).options;
  return { username, password };
}

describe('withCredentials()', () => {
  it.each(['letters', 'a/b+c=', ':@%25?#&', '"\\\'$(x) `', 'ü€😀', ' '])(
    'makes the user and the password %j part of the URL',
    (text) => {
      const { REDIS_URL, STORE_REDIS_URL } = parse({
        REDIS_URL: 'redis://[::1]:6379/1',
        REDIS_PASSWORD: text,
        STORE_REDIS_URL: 'rediss://store?family=6',
        STORE_REDIS_USERNAME: text,
        STORE_REDIS_PASSWORD: `${text}2`,
      });
      expect(REDIS_URL).toMatch(/^redis:\/\/:[^/]+@\[::1\]:6379\/1$/);
      expect(credentialsIn(REDIS_URL)).toMatchObject({ password: text });
      expect(STORE_REDIS_URL).toMatch(/^rediss:\/\/[^/]+@store\?family=6$/);
      expect(credentialsIn(STORE_REDIS_URL)).toEqual({ username: text, password: `${text}2` });
    },
  );

  it('changes no URL that contains its credentials', () => {
    const urls = { REDIS_URL: 'redis://u:p@h:1/15', STORE_REDIS_URL: 'redis://:%40@h' };
    expect(parse(urls)).toMatchObject(urls);
  });

  it('keeps one URL for one Redis', () => {
    const config = parse({
      REDIS_URL: 'redis://h',
      REDIS_PASSWORD: 'a/b',
      STORE_REDIS_URL: 'redis://h',
      STORE_REDIS_PASSWORD: 'a/b',
    });
    expect(config.STORE_REDIS_URL).toBe(config.REDIS_URL);
  });

  it.each([
    [{ REDIS_USERNAME: 'u' }, 'REDIS_USERNAME: Must be set together with REDIS_PASSWORD'],
    [
      { REDIS_URL: 'redis://u:secret@h', REDIS_PASSWORD: 'p' },
      'REDIS_URL: Must be a URL without user and password if REDIS_PASSWORD is set',
    ],
    [{ REDIS_URL: 'redis://u@h', REDIS_PASSWORD: 'p' }, 'REDIS_URL: Must be a URL without user'],
    [{ STORE_REDIS_PASSWORD: 'p' }, 'STORE_REDIS_URL: Must be a URL without user and password if STORE_'],
    [{ REDIS_URL: 'http://h', REDIS_PASSWORD: 'p' }, 'REDIS_URL: Must be a redis://, rediss://'],
  ])('rejects %j', (env, expected) => {
    expect(() => parse(env)).toThrow(expected);
    expect(() => parse(env)).not.toThrow(/secret/);
  });
});
