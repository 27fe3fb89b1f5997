import { describe, expect, it } from '@jest/globals';
import { createKey, digestOf, parseKeys } from './key-file.ts';

const DIGEST = `sha256:${'0f'.repeat(32)}`;

describe('parseKeys()', () => {
  it('reads names, roles and digests, without comments and empty lines', () => {
    const text = `# keys\n\nalice submit,read ${DIGEST}\r\n  ops\toperate  ${DIGEST.replace('0f', 'ff')}  \n`;
    expect(parseKeys(text)).toEqual([
      { principal: { name: 'alice', roles: ['submit', 'read'] }, digest: Buffer.alloc(32, 0x0f) },
      { principal: { name: 'ops', roles: ['operate'] }, digest: expect.any(Buffer) },
    ]);
  });

  it.each([
    ['a missing digest', 'alice submit', 'expected `name role,role sha256:…`'],
    ['a fourth word', `alice submit ${DIGEST} x`, 'expected `name role,role sha256:…`'],
    ['an unknown role', `alice submit,root ${DIGEST}`, 'expected roles out of submit, read'],
    ['an empty role', `alice submit, ${DIGEST}`, 'expected roles out of submit, read'],
    ['a colon in the name', `oidc:alice submit ${DIGEST}`, 'expected a name of at most 64'],
    ['a long name', `${'a'.repeat(65)} submit ${DIGEST}`, 'expected a name of at most 64'],
    ['a short digest', `alice submit ${DIGEST.slice(0, -1)}`, 'expected `sha256:` and 64'],
    ['a key instead of its digest', 'alice submit pk_secret', 'expected `sha256:` and 64'],
  ])('rejects %s with the number of the line, and nothing of its text', (_name, line, message) => {
    const parse = () => parseKeys(`# first\n${line}\n`);
    expect(parse).toThrow(`Line 2: ${message}`);
    expect(parse).not.toThrow(/pk_secret|root|0f0f/);
  });

  it('rejects a key of two lines, which would have the roles of the first', () => {
    const parse = () => parseKeys(`alice operate ${DIGEST}\n# alice has less now\nalice read ${DIGEST}\n`);
    expect(parse).toThrow('Line 3: expected a key that no line before has');
  });

  it.each(['', '# only a comment\n'])('rejects a file without keys: %j', (text) => {
    expect(() => parseKeys(text)).toThrow('Expected at least one key, received none');
  });
});

describe('createKey()', () => {
  it('makes a key of 256 random bits, and the line that admits it', () => {
    const principal = { name: 'alice', roles: ['submit', 'read'] } as const;
    const { key, line } = createKey(principal);
    expect(key).toMatch(/^pk_[\w-]{43}$/);
    expect(line).not.toContain(key.slice(3));
    expect(parseKeys(line)).toEqual([{ principal, digest: digestOf(key) }]);
    expect(createKey(principal).key).not.toBe(key);
  });
});
