import { describe, expect, it } from '@jest/globals';
import { disallowed, licencesList } from './licences.ts';
import { readLockFile, type LockFile } from './shipped.ts';

const lock: LockFile = {
  packages: {
    'services/api': { dependencies: { shipped: '*' } },
    'services/worker': {},
    'services/metrics-gateway': {},
    'node_modules/redoc': { license: 'MIT' },
    'node_modules/@primes/web': { link: true, resolved: 'packages/web' },
    'packages/web': {},
    'node_modules/@primes/api': { link: true, resolved: 'services/api' },
    'node_modules/shipped': { license: 'MIT' },
    'node_modules/tool': { license: 'ISC' },
  },
};

describe('the licences', () => {
  it('of all packages are allowed', () => {
    expect(disallowed(readLockFile())).toEqual([]);
  });

  it('are allowed one by one', () => {
    const packages = { ...lock.packages, 'node_modules/tool': { license: 'AGPL-3.0' }, 'node_modules/a': {} };
    expect(disallowed({ packages })).toEqual(['tool: AGPL-3.0', 'a: none stated']);
  });

  it('are listed with the packages in the images', () => {
    expect(licencesList(lock)).toBe('- **MIT**: redoc, shipped');
  });
});
