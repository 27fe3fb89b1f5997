import { describe, expect, it } from '@jest/globals';
import { replaceSection } from './section.ts';

const page = (content: string) => `# Title\n\n<!-- table:start -->${content}<!-- table:end -->\n\nMore\n`;

describe('replaceSection()', () => {
  it('replaces only the text between the markers', () => {
    expect(replaceSection(page('old'), 'table', 'new')).toBe(page('\n\nnew\n\n'));
  });

  it('is idempotent', () => {
    const once = replaceSection(page(''), 'table', 'new');
    expect(replaceSection(once, 'table', 'new')).toBe(once);
  });

  it.each(['', '<!-- table:start -->', '<!-- table:end --><!-- table:start -->'])('refuses %p', (text) => {
    expect(() => replaceSection(text, 'table', 'new')).toThrow(SyntaxError);
  });
});
