import { describe, expect, it } from '@jest/globals';
import { nameOf, readLockFile, shippedPackages } from './shipped.ts';

const BASE = {
  'services/worker': {},
  'services/metrics-gateway': {},
  'node_modules/redoc': {},
  'node_modules/@primes/web': { link: true, resolved: 'packages/web' },
  'packages/web': {},
};

describe('shippedPackages()', () => {
  it('follows run-time dependencies through workspaces and nested folders, and ignores optional ones', () => {
    const packages = {
      ...BASE,
      'services/api': { dependencies: { '@primes/kit': '*', a: '*' } },
      'packages/kit': { dependencies: { b: '*' } },
      'packages/testing': { dependencies: { tool: '*' } },
      'node_modules/@primes/kit': { link: true, resolved: 'packages/kit' },
      'packages/kit/node_modules/b': {},
      'node_modules/a': {
        dependencies: { b: '*' },
        peerDependencies: { peer: '*', typescript: '*' },
        peerDependenciesMeta: { typescript: { optional: true } },
      },
      'node_modules/b': {},
      'node_modules/peer': {},
      'node_modules/typescript': {},
      'node_modules/tool': {},
    };
    expect(shippedPackages({ packages })).toEqual([
      'node_modules/a',
      'node_modules/b',
      'node_modules/peer',
      'node_modules/redoc',
      'packages/kit/node_modules/b',
    ]);
  });

  it('rejects a lock file that is not complete', () => {
    const packages = { ...BASE, 'services/api': { dependencies: { a: '*' } } };
    expect(() => shippedPackages({ packages })).toThrow('must contain a, which services/api needs');
  });

  it('contains what npm omits, what is bundled, and no tool', () => {
    const names = shippedPackages(readLockFile()).map(nameOf);
    expect(names).toEqual(expect.arrayContaining(['express', 'bullmq', 'ioredis', 'zod', 'redoc', 'mobx']));
    expect(names).not.toContain('jest');
    expect(names).not.toContain('msgpackr-extract');
  });
});
