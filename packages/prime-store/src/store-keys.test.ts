import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StoreKeys } from './store-keys.ts';

describe('StoreKeys', () => {
  it('names every key with the format version and the segment size', () => {
    const keys = new StoreKeys();
    expect(keys.manifest).toBe('primes:v1:131008:current');
    expect(keys.segment(7)).toBe('primes:v1:131008:segment:7');
    expect(keys.lease(7)).toBe('primes:v1:131008:lease:7');
  });

  it('keeps a hash tag intact, so that all keys share a slot of a Redis Cluster', () => {
    const keys = new StoreKeys('{primes}');
    for (const key of [keys.manifest, keys.segment(0), keys.lease(0)]) expect(key).toMatch(/^\{primes\}:/);
  });

  it('gives different objects different keys, for any prefixes', () => {
    const id = fc.record({
      prefix: fc.oneof(
        fc.constantFrom('p', 'p:v1:131008', 'p:v1:131008:segment:1', 'p:v1:131008:lease:1'),
        fc.string(),
      ),
      kind: fc.constantFrom('manifest', 'segment', 'lease'),
      segment: fc.nat(),
    });
    fc.assert(
      fc.property(id, id, (a, b) => {
        const same =
          a.prefix === b.prefix && a.kind === b.kind && (a.kind === 'manifest' || a.segment === b.segment);
        expect(nameOf(a) === nameOf(b)).toBe(same);
      }),
    );
  });
});

function nameOf({ prefix, kind, segment }: { prefix: string; kind: string; segment: number }): string {
  const keys = new StoreKeys(prefix);
  if (kind === 'manifest') return keys.manifest;
  return kind === 'segment' ? keys.segment(segment) : keys.lease(segment);
}
