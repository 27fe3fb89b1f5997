import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../dev/project.ts';

describe.each(globSync('.github/workflows/*.yml', { cwd: ROOT }))('%s', (file) => {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');

  it('pins each action by digest, with its version in a comment', () => {
    for (const line of lines.filter((each) => /\buses:/.test(each)))
      expect(line).toMatch(
        /uses: (\.\/\.github\/workflows\/\w+\.yml|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
      );
  });

  it('has no commands of more than one line, which could not run here', () => {
    expect(lines.filter((line) => /\brun: [|>]/.test(line))).toEqual([]);
  });
});
