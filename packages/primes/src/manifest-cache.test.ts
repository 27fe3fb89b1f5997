import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Manifest } from '@primes/prime-store';
import { ManifestCache } from './manifest-cache.ts';

function setUp() {
  const stored = { 0: '100' } as Record<number, string>;
  let reads = 0;
  const source = {
    manifest: () => {
      reads++;
      return Promise.resolve(new Manifest({ ...stored }));
    },
  };
  const connection = new EventEmitter();
  const cache = new ManifestCache(source, connection);
  return { stored, cache, connection, reads: () => reads };
}

describe('ManifestCache', () => {
  it('reads once for all tasks that the manifest covers', async () => {
    const { cache, reads } = setUp();
    const manifest = await cache.covering(50);
    expect(await cache.covering(103)).toBe(manifest);
    expect(reads()).toBe(1);
  });

  it('reads again for a task that the manifest does not cover, and caches the result', async () => {
    const { cache, stored, reads } = setUp();
    await cache.covering(50);
    stored[1] = '100';
    expect((await cache.covering(150)).covers(150)).toBe(true);
    await cache.covering(150);
    expect(reads()).toBe(2);
  });

  it('reads again when asked for the newest, and caches the result', async () => {
    const { cache, reads } = setUp();
    await cache.covering(50);
    const newest = await cache.newest();
    expect(await cache.covering(50)).toBe(newest);
    expect(reads()).toBe(2);
  });

  it('is cleared when the connection closes: a store without persistence restarts empty', async () => {
    const { cache, connection, stored } = setUp();
    await cache.covering(50);
    delete stored[0];
    connection.emit('close');
    expect((await cache.covering(50)).covers(50)).toBe(false);
  });

  it('does not cache a read during which the connection was lost', async () => {
    const { cache, connection, stored } = setUp();
    const reading = cache.covering(50);
    connection.emit('close');
    delete stored[0];
    await reading;
    expect((await cache.covering(50)).covers(50)).toBe(false);
  });
});
