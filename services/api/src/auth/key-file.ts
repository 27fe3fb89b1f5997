import { hash, randomBytes } from 'node:crypto';
import { ROLES, type Principal, type Role } from '@primes/contracts';

/** A line of the key file. */
export interface Key {
  readonly principal: Principal;
  /** SHA-256 of the key. A key has 256 random bits, so it needs neither salt nor a slow hash. */
  readonly digest: Buffer;
}

/** Begins every key, so that scanners for secrets find it. */
export const KEY_PREFIX = 'pk_';

/** Without a colon, which the names of other sources contain. */
const NAME = /^[\w.@-]{1,64}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Parses a key file: `name role,role sha256:<hex>` on each line. Empty lines and lines that begin with `#` are skipped. Several
 * keys may have the same name, as in a rotation.
 *
 * @throws {RangeError} with the number of the line, and nothing of its text, which may be a secret
 */
export function parseKeys(text: string): Key[] {
  const digests = new Set<string>();
  const keys = text.split(/\r?\n/).flatMap((line, i) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    const key = parseLine(content, i + 1);
    const digest = key.digest.toString('hex');
    if (digests.has(digest)) throw new RangeError(`Line ${i + 1}: expected a key that no line before has`);
    digests.add(digest);
    return [key];
  });
  if (keys.length === 0) throw new RangeError('Expected at least one key, received none');
  return keys;
}

function parseLine(line: string, number: number): Key {
  const [name = '', roles = '', digest = '', ...rest] = line.split(/\s+/);
  const expected = (what: string) => new RangeError(`Line ${number}: expected ${what}`);
  if (digest === '' || rest.length > 0) throw expected('`name role,role sha256:…`');
  if (!NAME.test(name)) throw expected('a name of at most 64 letters, digits, `_`, `.`, `@` or `-`');
  if (!areRoles(roles.split(','))) throw expected(`roles out of ${ROLES.join(', ')}, separated by commas`);
  if (!DIGEST.test(digest)) throw expected('`sha256:` and 64 hexadecimal digits in lower case');
  const principal = { name, roles: roles.split(',') as Role[] };
  return { principal, digest: Buffer.from(digest.slice('sha256:'.length), 'hex') };
}

function areRoles(names: readonly string[]): boolean {
  return names.every((name) => (ROLES as readonly string[]).includes(name));
}

/** A new key, and its line. */
export function createKey({ name, roles }: Principal): { readonly key: string; readonly line: string } {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  return { key, line: `${name} ${roles.join(',')} sha256:${digestOf(key).toString('hex')}` };
}

export function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
