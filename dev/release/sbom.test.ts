import { describe, expect, it } from '@jest/globals';
import { createSbom } from './sbom.ts';
import { nameOf, readLockFile, shippedPackages } from './shipped.ts';

describe('createSbom()', () => {
  it('returns a valid document with the packages in the images', async () => {
    const { metadata, components, dependencies } = await createSbom();
    const names = components.map((each) => each['bom-ref'].replace(/@[^@]+$/, ''));
    expect(new Set(names)).toEqual(new Set(shippedPackages(readLockFile()).map(nameOf)));
    expect(metadata.component).toMatchObject({ name: 'primes', type: 'application' });
    const express = dependencies.find(({ ref }) => ref.startsWith('express@'));
    expect(express?.dependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^body-parser@/)]));
  });
});
