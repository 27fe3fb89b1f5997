import { ROLES, type Role } from '@primes/contracts';
import { createKey, parseKeys } from '../services/api/src/auth/key-file.ts';

/** Prints a new key, which is not stored, and the line that admits it. */
function main([name = '', roles = '', ...rest]: readonly string[]): number {
  try {
    const { key, line } = createKey({ name, roles: roles.split(',') as Role[] });
    if (rest.length > 0) throw new RangeError('Expected two arguments');
    parseKeys(line);
    console.log(`Key, which is not shown again:\n  ${key}\nLine for AUTH_KEYS_FILE:\n  ${line}`);
    return 0;
  } catch {
    console.error(`Usage: npm run key -- NAME ROLE,ROLE    with roles out of ${ROLES.join(', ')}`);
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
