import { describe, expect, it } from '@jest/globals';
import { localUrl } from './services.ts';

describe('localUrl()', () => {
  it.each([
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
    ['10.0.0.7', 'http://10.0.0.7:80'],
  ])('reaches what listens on %s', (host, url) => {
    expect(localUrl(host, 80)).toBe(url);
  });
});
