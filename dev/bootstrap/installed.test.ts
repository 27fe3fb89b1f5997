import { describe, expect, it } from '@jest/globals';
import { isInstalled } from './installed.mjs';

const lockFile = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
const zod = { version: '4.6.7', integrity: 'sha512-a' };
const link = { resolved: 'services/api', link: true };

describe('isInstalled()', () => {
  it('is true if all locked packages are installed; npm does not record the root', () => {
    const lock = lockFile({
      '': { name: 'primes' },
      'node_modules/zod': zod,
      'node_modules/@primes/api': link,
    });
    const installed = lockFile({ 'node_modules/zod': zod, 'node_modules/@primes/api': link });
    expect(isInstalled(lock, installed)).toBe(true);
  });

  it('ignores a missing optional package: it may be for another platform', () => {
    const lock = lockFile({ 'node_modules/fsevents': { ...zod, optional: true } });
    expect(isInstalled(lock, lockFile({}))).toBe(true);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a package is missing', lockFile({})],
    ['a version differs', lockFile({ 'node_modules/zod': { ...zod, version: '4.6.6' } })],
    ['the contents differ', lockFile({ 'node_modules/zod': { ...zod, integrity: 'sha512-b' } })],
  ])('says no when %s', (_, installed) => {
    expect(isInstalled(lockFile({ 'node_modules/zod': zod }), installed)).toBe(false);
  });
});
