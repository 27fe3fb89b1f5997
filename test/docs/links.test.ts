import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../dev/project.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md', '{packages,charts,monitoring}/**/*.md'], {
  cwd: ROOT,
  exclude: ['**/node_modules/**', 'charts/*/charts/**'],
});

describe('the documents', () => {
  it.each(PAGES)('%s links to files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const targets = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g), ([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });
});
