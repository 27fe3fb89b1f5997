import { describe, expect, it } from '@jest/globals';
import { configText, portOf } from './settings.ts';

describe('configText()', () => {
  it('configures loopback, persistence and no eviction', () => {
    const lines = configText({ port: 6_390, dataDir: '/my files/"x"' }).trimEnd().split('\n');
    expect(lines).toEqual([
      'bind "127.0.0.1"',
      'port "6390"',
      String.raw`dir "/my files/\"x\""`,
      'appendonly "yes"',
      'appendfsync "everysec"',
      'save ""',
      'maxmemory-policy "noeviction"',
    ]);
  });
});

describe('portOf()', () => {
  it('finds the port', () => {
    expect(portOf(configText({ port: 7_001, dataDir: '/data' }))).toBe(7_001);
  });

  it.each(['', 'port 1', 'tls-port "1"'])('finds none in %p', (text) => {
    expect(portOf(text)).toBeUndefined();
  });
});
