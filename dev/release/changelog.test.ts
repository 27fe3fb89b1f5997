import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../project.ts';
import { changesOf } from './changelog.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

- Not yet

## [1.2.0] - 2026-11-30

### Added

- One thing
  of two lines, see [docs](docs/a.md).
- Another \`value\`.

### Fixed

- A fault.

## [1.1.0]

### Added

- First.

## [1.0.0] - 2026-11-01
`;

describe('changesOf()', () => {
  it('returns the notes and the entries of a version', () => {
    const { notes, entries } = changesOf('1.2.0', CHANGELOG);
    expect(notes.startsWith('### Added\n\n- One thing\n')).toBe(true);
    expect(notes.endsWith('### Fixed\n\n- A fault.')).toBe(true);
    expect(entries).toEqual([
      { kind: 'added', description: 'One thing of two lines, see docs.' },
      { kind: 'added', description: 'Another `value`.' },
      { kind: 'fixed', description: 'A fault.' },
    ]);
  });

  it.each([
    ['2.0.0', 'CHANGELOG.md must have a section ## [2.0.0]'],
    ['1.1.0', 'expected "## [1.1.0] - YYYY-MM-DD", received "## [1.1.0]"'],
    ['1.0.0', 'the section ## [1.0.0] has no entry'],
    ['Unreleased', 'expected "## [Unreleased] - YYYY-MM-DD"'],
  ])('rejects %s', (version, message) => {
    expect(() => changesOf(version, CHANGELOG)).toThrow(message);
  });

  it('reads the changelog of this project', () => {
    const { entries } = changesOf('0.1.0', readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
    expect(entries.length).toBeGreaterThan(5);
    expect(
      entries.every(({ kind }) => /^(added|changed|deprecated|removed|fixed|security)$/.test(kind)),
    ).toBe(true);
  });
});
